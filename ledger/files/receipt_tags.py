"""The structure of a printed receipt, so that a screen reader reads it as what it is (ISO 32000-1, 14.7 and 14.8).

Each piece of text is marked on the page under a number, and a tree says what the pieces are: headings, paragraphs,
rows of a table, the figure of the code with its words. What is only decoration is marked as that.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

from reportlab.pdfbase.pdfdoc import PDFArray, PDFDictionary, PDFName, PDFPage, PDFString, PDFtrue
from reportlab.pdfgen.canvas import Canvas

_PAGE_ENTRIES: Final = (*PDFPage.__NoDefault__, "StructParents", "Tabs")


@dataclass(slots=True)
class _Element:
    kind: str
    parent: _Element | None
    alt: str = ""
    kids: list[_Element | tuple[int, int]] = field(default_factory=list)
    """Elements, and pieces of text as (page, number)."""
    made: Any = None


class Tags:
    """The tree of one document, built while it is drawn."""

    def __init__(self, canvas: Canvas) -> None:
        self._canvas = canvas
        self._root = _Element("Document", None)
        self._open = self._root
        self._pages: list[list[_Element]] = [[]]

    @contextmanager
    def element(self, kind: str, alt: str = "") -> Iterator[None]:
        """Everything drawn inside belongs to one element: H1, H2, P, Table, TR, TH, TD or Figure."""
        before, self._open = self._open, _Element(kind, self._open, alt)
        before.kids.append(self._open)
        try:
            yield
        finally:
            self._open = before

    @contextmanager
    def piece(self) -> Iterator[None]:
        """One marked piece of the open element."""
        marked = self._pages[-1]
        self._open.kids.append((len(self._pages) - 1, len(marked)))
        self._canvas.addLiteral(f"/{self._open.kind} <</MCID {len(marked)}>> BDC")
        marked.append(self._open)
        yield
        self._canvas.addLiteral("EMC")

    @contextmanager
    def meaning(self, text: str) -> Iterator[None]:
        """What is drawn inside stands for this text (14.9.4)."""
        told = (b"\xfe\xff" + text.encode("utf-16-be")).hex()
        self._canvas.addLiteral(f"/Span <</ActualText <{told}>>> BDC")
        yield
        self._canvas.addLiteral("EMC")

    @contextmanager
    def decoration(self) -> Iterator[None]:
        """Lines and marks that say nothing the words do not."""
        self._canvas.addLiteral("/Artifact BMC")
        yield
        self._canvas.addLiteral("EMC")

    def next_page(self) -> None:
        """A new page has begun."""
        self._pages.append([])

    def finish(self) -> None:
        """Put the tree into the document; every page is ended by now."""
        document: Any = self._canvas._doc  # noqa: SLF001 - reportlab has no way of its own to tag a document
        pages = document.Pages.pages
        tree = PDFDictionary({"Type": PDFName("StructTreeRoot")})
        root = document.Reference(tree)
        self._root.made = PDFDictionary({})
        tree.dict["K"] = document.Reference(self._make(document, pages, self._root, root))
        numbers: list[Any] = []
        for place, (page, marked) in enumerate(zip(pages, self._pages, strict=True)):
            page.__NoDefault__ = _PAGE_ENTRIES
            page.StructParents, page.Tabs = place, PDFName("S")
            numbers += [place, PDFArray([document.Reference(one.made) for one in marked])]
        tree.dict["ParentTree"] = document.Reference(PDFDictionary({"Nums": PDFArray(numbers)}))
        document.Catalog.StructTreeRoot = tree
        document.Catalog.MarkInfo = PDFDictionary({"Marked": PDFtrue})
        document.Catalog.ViewerPreferences = PDFDictionary({"DisplayDocTitle": PDFtrue})

    def _make(self, document: Any, pages: Any, one: _Element, parent: Any) -> Any:
        one.made = PDFDictionary({"Type": PDFName("StructElem"), "S": PDFName(one.kind), "P": parent})
        if one.alt:
            one.made.dict["Alt"] = PDFString(one.alt)
        here = document.Reference(one.made)
        kids = []
        for kid in one.kids:
            if isinstance(kid, _Element):
                kids.append(document.Reference(self._make(document, pages, kid, here)))
            else:
                page, number = kid
                marked = {"Type": PDFName("MCR"), "Pg": document.Reference(pages[page]), "MCID": number}
                kids.append(PDFDictionary(marked))
        one.made.dict["K"] = PDFArray(kids)
        return one.made
