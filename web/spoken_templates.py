"""Templates are compiled once for each language, with every sentence that has no places in it already said.

Most of what a page says is the same for everybody: to look it up, escape it and join it again for each visitor took
longer than all else that a template does.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from functools import partial
from typing import Any, Final

from babel import Locale
from flask.templating import Environment
from jinja2 import Template, nodes

from ledger.domain.said import Country, Dated, Said
from web.wording import catalogue, filled, here, translated

_GETTEXT: Final = frozenset({"_", "gettext"})


class SpokenTemplates(Environment):
    """The application's templates; each is given in the language of the request."""

    locale: Locale | None = None
    """Of the templates in it; None for the one that gives out the others."""

    def __init__(self, app: Any, **options: Any) -> None:
        super().__init__(app, **options)
        self._spoken: Final[dict[str, SpokenTemplates]] = {}
        self._making = threading.Lock()

    def get_or_select_template(
        self, template_name_or_list: Any, parent: str | None = None, globals: Any = None
    ) -> Template:
        """The template, or the first that there is. Raises what Jinja raises."""
        there = self if self.locale is not None else self._in(here())
        return super(SpokenTemplates, there).get_or_select_template(template_name_or_list, parent, globals)

    def _in(self, locale: Locale) -> SpokenTemplates:
        found = self._spoken.get(str(locale))
        if found is None:
            with self._making:
                found = self._spoken.get(str(locale)) or self.overlay()
                found.locale, found.finalize = locale, partial(finalized, locale=locale)
                self._spoken[str(locale)] = found
        return found

    def make_globals(self, d: Any) -> Any:
        """The globals of a template: the application's own, unless it was given others beside them."""
        return super().make_globals(d) if d else self.globals

    def _generate(self, source: nodes.Template, *given: Any, **more: Any) -> str:
        # Jinja's own hook; what comes out of it is Python.
        if self.locale is not None:
            _say(source, self.locale)
        return super()._generate(source, *given, **more)


def finalized(value: Any, locale: Locale | None = None) -> Any:
    """Whatever a template prints that the rules have said is said in the page's language."""
    return translated(value, locale) if isinstance(value, (Said, Dated, Country)) else value


def _say(node: nodes.Node, locale: Locale) -> None:
    """Put the sentence itself in the place of each call that asks for one without values."""
    fields: Mapping[str, Any] = dict(node.iter_fields())
    for name, value in fields.items():
        if isinstance(value, list):
            value[:] = [_said(one, locale) for one in value]
        else:
            setattr(node, name, _said(value, locale))


def _said(part: Any, locale: Locale) -> Any:
    if not isinstance(part, nodes.Node):
        return part
    pattern = _pattern(part)
    if pattern is None:
        _say(part, locale)
        return part
    text = filled(catalogue(locale).gettext(pattern), {}, locale)
    return nodes.TemplateData(text, lineno=part.lineno)


def _pattern(part: nodes.Node) -> str | None:
    """The sentence that a call asks for; None for anything else."""
    if not isinstance(part, nodes.Call) or not isinstance(part.node, nodes.Name) or part.node.name not in _GETTEXT:
        return None
    if part.kwargs or part.dyn_args or part.dyn_kwargs or len(part.args) != 1:
        return None
    (asked,) = part.args
    return asked.value if isinstance(asked, nodes.Const) and isinstance(asked.value, str) else None
