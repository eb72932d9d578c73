"""Tags from the sealed file to the tap, on both databases: one answer counts once, whoever else brings it."""

from __future__ import annotations

import io
import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import text as sql

from ledger.domain.errors import BadSignature, Conflict, Forbidden, Invalid, TooLarge, Unknown
from ledger.domain.looks import LookKind
from ledger.domain.organisations import Caller, Scope
from ledger.domain.standing_headlines import Key
from ledger.domain.sun_messages import Mode, SunMessage, read_message
from ledger.domain.tags import COUNTS, KEPT, MOST_AN_HOUR, Outcome, TagState, Tap, Tapped
from ledger.files.encoder_file import open_file
from ledger.services.compare_looks import signals_of
from ledger.services.keep_looks import compare_new
from ledger.services.organisations import operator_as
from ledger.services.scan_item import scan_item
from ledger.services.tag_encode import bring_into_service, end_tag, list_tags, make_tags, new_master, tag_desk
from ledger.services.tag_tap import fresh_tap, look_at_tap, present_tap, shown_tap
from tests.support.encoder import PASSPHRASE, answer_of, chips, encode, parameters, written
from tests.support.tag import SimulatedTag
from tests.web.stage import GTIN, Stage, on_each_database

ME, OTHER = b"m" * 32, b"o" * 32


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def stage(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with on_each_database(request, tmp_path_factory.mktemp("tags")) as made:
        yield made


class Bench:
    """A batch of its own for a test, with its tags."""

    count = 0

    def __init__(self, stage: Stage) -> None:
        Bench.count += 1
        self.stage, self.ledger, self.brand = stage, stage.ledger, stage.brand
        self.serials = [f"T{Bench.count}-{n}" for n in range(3)]
        items = stage.register([{"serial": serial} for serial in self.serials], follow=False)
        self.items = {one.serial: one.item for one in items}
        self.batch = items[0].batch_id
        self.first = 1000 * Bench.count

    def encode(self, *, plain: bool = False, mode: Mode = Mode.AES, sealed: bool = False) -> dict[str, SimulatedTag]:
        return encode(
            self.ledger, self.brand, self.batch, GTIN, first=self.first, plain=plain, mode=mode, sealed=sealed
        )

    def file(self, *, again: bool = False) -> bytes:
        out = io.BytesIO()
        make_tags(self.ledger, self.brand, self.batch, PASSPHRASE, out, again=again)
        return out.getvalue()

    def tap(self, serial: str, told: dict[str, str], by: bytes | None = ME) -> Tap | Tapped:
        return present_tap(self.ledger, GTIN, serial, message(told), by)

    def kinds(self, serial: str) -> list[LookKind]:
        with self.ledger.store.read() as tx:
            return sorted(one.kind for one in tx.scans.looked(self.items[serial], 0).looks)


@pytest.fixture
def bench(stage: Stage) -> Bench:
    return Bench(stage)


def message(told: dict[str, str]) -> SunMessage:
    found = read_message({name: [value] for name, value in told.items()})
    assert found is not None
    return found


# --- One answer counts once -------------------------------------------------------------------------------


@pytest.mark.parametrize("plain", [False, True])
@pytest.mark.parametrize("mode", list(Mode))
def test_each_new_answer_is_fresh(bench: Bench, mode: Mode, plain: bool) -> None:
    tags = bench.encode(mode=mode, plain=plain)
    serial = bench.serials[0]
    for _ in range(3):
        assert bench.tap(serial, tags[serial].tap()).outcome is Outcome.FRESH


def test_the_same_visitors_same_answer_is_the_same_tap(bench: Bench) -> None:
    serial = bench.serials[0]
    told = bench.encode()[serial].tap()
    first = bench.tap(serial, told)
    assert bench.tap(serial, told) == first
    assert bench.kinds(serial) == []


def test_another_visitor_with_the_same_answer_brings_nothing_new(bench: Bench) -> None:
    serial = bench.serials[0]
    told = bench.encode()[serial].tap()
    bench.tap(serial, told)
    assert bench.tap(serial, told, OTHER).outcome is Outcome.REPLAYED
    assert bench.kinds(serial) == [LookKind.REPLAYED]


def test_one_link_that_goes_round_is_one_oddity(bench: Bench) -> None:
    serial = bench.serials[0]
    told = bench.encode()[serial].tap()
    for number in range(5):
        bench.tap(serial, told, bytes([number]) * 32)
    assert bench.kinds(serial) == [LookKind.REPLAYED]


def test_whoever_comes_back_to_their_own_tap_is_no_copy(bench: Bench) -> None:
    serial = bench.serials[0]
    told = bench.encode()[serial].tap()
    bench.tap(serial, told)
    bench.stage.ahead += COUNTS + 1
    assert bench.tap(serial, told).outcome is Outcome.REPLAYED
    assert bench.kinds(serial) == []


def test_an_answer_that_was_kept_back_is_an_old_one(bench: Bench) -> None:
    serial = bench.serials[0]
    tag = bench.encode()[serial]
    kept = tag.tap()
    bench.tap(serial, tag.tap())
    assert bench.tap(serial, kept, OTHER).outcome is Outcome.ROLLED_BACK


def test_readings_that_nobody_brought_here_are_a_jump(bench: Bench) -> None:
    serial = bench.serials[0]
    tag = bench.encode()[serial]
    bench.tap(serial, tag.tap())
    tag.counter += 1_001
    assert bench.tap(serial, tag.tap()).outcome is Outcome.JUMPED
    assert bench.kinds(serial) == [LookKind.JUMPED]


def test_of_two_who_bring_one_answer_at_once_exactly_one_brings_news(bench: Bench) -> None:
    serial = bench.serials[0]
    tag = bench.encode()[serial]
    for _ in range(5):
        told, gate = tag.tap(), threading.Barrier(4)

        def bring(number: int, told: dict[str, str] = told, gate: threading.Barrier = gate) -> Outcome:
            gate.wait()
            return bench.tap(serial, told, bytes([number]) * 32).outcome

        with ThreadPoolExecutor(4) as pool:
            found = list(pool.map(bring, range(4)))
        assert sorted(found) == [Outcome.FRESH, *[Outcome.REPLAYED] * 3]


def test_two_chips_with_one_items_keys_are_told_apart(bench: Bench) -> None:
    serial = bench.serials[0]
    tag = bench.encode()[serial]
    second = SimulatedTag(tag.meta, tag.file, bytes.fromhex("04FFFFFFFFFFFF"))
    assert bench.tap(serial, second.tap()).outcome is Outcome.OTHER_TAG
    assert bench.tap(serial, tag.tap()).outcome is Outcome.FRESH
    assert bench.kinds(serial) == [LookKind.OTHER_TAG]


def test_a_tag_does_not_answer_for_another_item(bench: Bench) -> None:
    tags = bench.encode()
    mine, others = bench.serials[:2]
    assert bench.tap(mine, tags[others].tap()).outcome is Outcome.UNVERIFIED


def test_what_cannot_be_verified_is_not_kept(bench: Bench) -> None:
    serial = bench.serials[0]
    told = bench.encode()[serial].tap() | {"cmac": "00" * 8}
    assert bench.tap(serial, told).outcome is Outcome.UNVERIFIED
    with bench.ledger.store.read() as tx:
        assert tx.tags.taps_since(bench.items[serial], 0) == 0


def test_an_item_without_a_tag_says_so(bench: Bench) -> None:
    found = bench.tap(bench.serials[0], {"picc_data": "00" * 16, "cmac": "00" * 8})
    assert found.outcome is Outcome.NO_TAG


def test_a_tag_that_no_encoder_has_told_of_is_not_in_service(bench: Bench) -> None:
    serial = bench.serials[0]
    tag = chips(bench.file())[serial]
    assert bench.tap(serial, tag.tap()).outcome is Outcome.NOT_YET


def test_a_page_that_only_reads_counts_nothing(bench: Bench) -> None:
    serial = bench.serials[0]
    told = bench.encode()[serial].tap()
    for _ in range(3):
        look_at_tap(bench.ledger, GTIN, serial, message(told), None)
    assert bench.tap(serial, told).outcome is Outcome.FRESH


def test_a_flood_of_old_taps_is_not_written_down_and_keeps_nobody_from_news(bench: Bench) -> None:
    from ledger.domain.errors import TooMany

    serial = bench.serials[0]
    tag = bench.encode()[serial]
    told = tag.tap()
    with bench.ledger.store.write() as tx:
        for number in range(MOST_AN_HOUR):
            known = tx.tags.of_item(bench.items[serial])[0]
            old = Tap(
                f"tap_{serial}{number}", known.item, known.id, b"u" * 7, 0, Outcome.REPLAYED, bench.ledger.now(), False
            )
            tx.tags.add_tap(old)
    assert bench.tap(serial, told).outcome is Outcome.FRESH
    with pytest.raises(TooMany, match="very often"):
        bench.tap(serial, told, OTHER)


# --- What the verdict says --------------------------------------------------------------------------------


def test_a_fresh_tap_counts_as_having_the_item_in_front(bench: Bench) -> None:
    bench.stage.follow()
    serial = bench.serials[0]
    tap = bench.tap(serial, bench.encode()[serial].tap())
    assert isinstance(tap, Tap)
    shown = shown_tap(bench.ledger, GTIN, serial, tap.id, ME)
    got = scan_item(bench.ledger, GTIN, serial, tapped=shown).standing
    assert got.key is Key.UNCLAIMED
    assert [(one.key, one.grave) for one in got.lines] == [("tag_answered", False)]
    assert got.cannot_know[0] == "Whether the tag was moved here from another item."


def test_a_tap_is_shown_to_nobody_else_and_not_for_ever(bench: Bench) -> None:
    serial, another = bench.serials[:2]
    tap = bench.tap(serial, bench.encode()[serial].tap())
    assert isinstance(tap, Tap)
    assert shown_tap(bench.ledger, GTIN, serial, tap.id, OTHER) is None
    assert shown_tap(bench.ledger, GTIN, serial, tap.id, None) is None
    assert shown_tap(bench.ledger, GTIN, another, tap.id, ME) is None
    assert shown_tap(bench.ledger, GTIN, serial, tap.id, ME) is not None
    bench.stage.ahead += COUNTS
    assert shown_tap(bench.ledger, GTIN, serial, tap.id, ME) is None


def test_a_seal_once_opened_is_open_for_ever(bench: Bench) -> None:
    bench.stage.follow()
    serial = bench.serials[0]
    tag = bench.encode(sealed=True)[serial]
    for seal, lines in (("CC", ["tag_answered"]), ("OO", ["tag_opened"]), ("CC", ["tag_opened"])):
        tag.seal = seal
        tap = bench.tap(serial, tag.tap())
        assert isinstance(tap, Tap)
        shown = shown_tap(bench.ledger, GTIN, serial, tap.id, ME)
        assert [one.key for one in scan_item(bench.ledger, GTIN, serial, tapped=shown).standing.lines] == lines


def test_oddities_are_clone_signals_and_reach_the_brands_alerts(bench: Bench) -> None:
    bench.stage.follow()
    serial = bench.serials[0]
    tag = bench.encode()[serial]
    second = SimulatedTag(tag.meta, tag.file, bytes.fromhex("04FFFFFFFFFF") + bytes([Bench.count]))
    bench.tap(serial, second.tap())
    compare_new(bench.ledger)
    with bench.ledger.store.read() as tx:
        alerts = {one.item: one.suspected for one in tx.scans.alerts(bench.brand.organisation.id, None, 100)}
    assert alerts[bench.items[serial]] is True
    assert scan_item(bench.ledger, GTIN, serial).standing.key is Key.CLONE_SUSPECTED
    # Where it is the tag that is in doubt, a tap clears nothing.
    tap = bench.tap(serial, tag.tap())
    assert isinstance(tap, Tap)
    shown = shown_tap(bench.ledger, GTIN, serial, tap.id, ME)
    assert scan_item(bench.ledger, GTIN, serial, tapped=shown).standing.key is Key.CLONE_SUSPECTED


def test_three_different_old_answers_are_a_strong_signal_and_one_is_weak(bench: Bench) -> None:
    serial = bench.serials[0]
    tag = bench.encode()[serial]
    kept = [tag.tap() for _ in range(3)]
    bench.tap(serial, tag.tap())
    found = []
    for one in kept:
        bench.tap(serial, one, OTHER)
        with bench.ledger.store.read() as tx:
            [item] = tx.batches.find(GTIN, serial)
            [signal] = signals_of(tx, item, None, bench.ledger.now())
        found.append(signal.strength.value)
    assert found == ["weak", "weak", "strong"]


def test_what_a_tag_said_is_no_look(bench: Bench) -> None:
    serial = bench.serials[0]
    told = bench.encode()[serial].tap()
    bench.tap(serial, told)
    bench.tap(serial, told, OTHER)
    with bench.ledger.store.read() as tx:
        assert tx.scans.count_of(bench.items[serial])[0] == 0


def test_a_fresh_tap_is_found_again_for_a_handover(bench: Bench) -> None:
    serial = bench.serials[0]
    tag = bench.encode(sealed=True)[serial]
    tap = bench.tap(serial, tag.tap())
    now = bench.ledger.now()
    with bench.ledger.store.read() as tx:
        assert fresh_tap(tx, bench.items[serial], ME, now) == tap
        assert fresh_tap(tx, bench.items[serial], OTHER, now) is None
        assert fresh_tap(tx, bench.items[serial], ME, now + COUNTS) is None
    tag.seal = "OO"
    bench.tap(serial, tag.tap())
    with bench.ledger.store.read() as tx:
        assert fresh_tap(tx, bench.items[serial], ME, now) is None


def test_taps_are_forgotten_after_ninety_days_and_the_counter_is_not(bench: Bench) -> None:
    serial = bench.serials[0]
    tag = bench.encode()[serial]
    told = tag.tap()
    bench.tap(serial, told)
    with bench.ledger.store.write() as tx:
        assert tx.tags.sweep(bench.ledger.now() + KEPT) > 0
    assert bench.tap(serial, told, OTHER).outcome is Outcome.ROLLED_BACK


# --- The encoder ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("sealed", [False, True])
@pytest.mark.parametrize("mode", list(Mode))
def test_a_chip_that_fills_the_files_places_makes_the_items_own_address(bench: Bench, mode: Mode, sealed: bool) -> None:
    out = io.BytesIO()
    make_tags(bench.ledger, bench.brand, bench.batch, PASSPHRASE, out, mode=mode, sealed=sealed)
    for row in open_file(out.getvalue(), PASSPHRASE):
        tag = chips(out.getvalue())[row["serial"]]
        told = tag.tap()
        url = written(row, told)
        assert url.startswith(f"{bench.ledger.public_url}/01/{GTIN}/21/{row['serial']}?picc_data=")
        assert parameters(url) == {name: [value] for name, value in told.items()}
        # The signed range is what lies between the two offsets, up to the MAC.
        content = bytes.fromhex(row["file"])
        signed = content[row["settings"]["mac_input_offset"] : row["settings"]["mac_offset"]]
        assert len(signed) == len(message(told).signed)


def test_nothing_of_a_key_is_readable_in_the_sealed_file_or_the_database(bench: Bench) -> None:
    content = bench.file()
    keys = [key for row in open_file(content, PASSPHRASE) for key in row["keys"].values()]
    assert len(set(keys)) == 15
    assert not any(key.encode() in content for key in keys)
    with bench.ledger.store.read() as tx:
        [*masters] = tx.tags.masters(bench.brand.organisation.id)
        rows = json.dumps([str(row) for row in tx.connection.execute(sql("select * from tags"))])  # type: ignore[attr-defined]
    assert all(len(one.sealed) == 12 + 16 + 16 for one in masters)
    assert not any(key in rows for key in keys)


def test_a_wrong_passphrase_or_a_changed_file_opens_nothing(bench: Bench) -> None:
    content = bench.file()
    with pytest.raises(BadSignature):
        open_file(content, PASSPHRASE + "!")
    told = json.loads(content)
    told["sealed"] = ("A" if told["sealed"][0] != "A" else "B") + told["sealed"][1:]
    with pytest.raises(BadSignature):
        open_file(json.dumps(told).encode(), PASSPHRASE)


@pytest.mark.parametrize(
    "content", [b"", b"{}", b"[" * 100_000, b'{"type": "touchmark/tag-encoding/1", "kdf": 3}', b"\xff"]
)
def test_another_file_is_refused_in_a_sentence(content: bytes) -> None:
    with pytest.raises(Invalid, match="not a file for encoding tags"):
        open_file(content, PASSPHRASE)


def test_a_short_passphrase_is_refused(bench: Bench) -> None:
    with pytest.raises(Invalid, match="at least 12 characters"):
        make_tags(bench.ledger, bench.brand, bench.batch, "short", io.BytesIO())


def test_an_item_gets_one_tag_until_that_one_is_ended(bench: Bench) -> None:
    bench.file()
    with pytest.raises(Conflict, match="has a tag already"):
        bench.file()


def test_after_a_lost_file_what_it_makes_counts_for_nothing(bench: Bench) -> None:
    serial = bench.serials[0]
    lost = chips(bench.file(), 1_000_000 + bench.first)
    made = chips(bench.file(again=True), bench.first)
    bring_into_service(bench.ledger, bench.brand, answer_of(made, GTIN))
    assert bench.tap(serial, made[serial].tap()).outcome is Outcome.FRESH
    assert bench.tap(serial, lost[serial].tap()).outcome is Outcome.ENDED
    assert bench.kinds(serial) == []


def test_a_tag_that_was_ended_speaks_no_more_and_its_successor_does(bench: Bench) -> None:
    serial = bench.serials[0]
    old = bench.encode()[serial]
    end_tag(bench.ledger, bench.brand, GTIN, serial)
    with pytest.raises(Conflict, match="ended before"):
        end_tag(bench.ledger, bench.brand, GTIN, serial)
    assert bench.tap(serial, old.tap()).outcome is Outcome.ENDED
    bench.first += 500
    new = bench.encode()[serial]
    assert bench.tap(serial, new.tap()).outcome is Outcome.FRESH
    assert bench.tap(serial, old.tap()).outcome is Outcome.ENDED


def test_a_new_master_key_is_for_new_tags_and_old_ones_go_on(bench: Bench) -> None:
    serial = bench.serials[0]
    old = bench.encode()[serial]
    version = new_master(bench.ledger, bench.brand)
    assert tag_desk(bench.ledger, bench.brand).version == version
    end_tag(bench.ledger, bench.brand, GTIN, bench.serials[1])
    bench.first += 500
    new = bench.encode()
    assert list(new) == [bench.serials[1]]
    assert bench.tap(serial, old.tap()).outcome is Outcome.FRESH
    assert bench.tap(bench.serials[1], new[bench.serials[1]].tap()).outcome is Outcome.FRESH
    versions = {
        one.serial: one.tag.version for one in reversed(list_tags(bench.ledger, bench.brand, None, 50, bench.batch))
    }
    assert versions[bench.serials[1]] == version == versions[serial] + 1


def test_the_same_answer_of_the_encoder_twice_changes_nothing(bench: Bench) -> None:
    made = bench.encode()
    assert bring_into_service(bench.ledger, bench.brand, answer_of(made, GTIN)) == 3


@pytest.mark.parametrize(
    ("rows", "wrong"),
    [
        ("{gtin},{a},123\n", "14 hexadecimal digits"),
        ("{gtin},{a},05000000000001\n", "begins with 04"),
        ("{gtin},{a},04AAAAAAAAAA{n:02X}\n{gtin},{b},04AAAAAAAAAA{n:02X}\n", "named twice"),
        ("{gtin},{a},04AAAAAAAAAA{n:02X}\n{gtin},{a},04BBBBBBBBBB{n:02X}\n", "named twice"),
        ("{gtin},NOSUCH,04AAAAAAAAAAAA\n", "no item"),
        ("123,{a},04AAAAAAAAAAAA\n", "GTIN"),
    ],
)
def test_a_bad_row_is_named_and_no_row_is_taken(bench: Bench, rows: str, wrong: str) -> None:
    bench.file()
    a, b = bench.serials[:2]
    content = "gtin,serial,uid\n" + rows.format(gtin=GTIN, a=a, b=b, n=Bench.count)
    with pytest.raises(Invalid, match="Nothing was taken") as refused:
        bring_into_service(bench.ledger, bench.brand, content.encode())
    assert any(wrong in one.what for one in refused.value.faults)
    with bench.ledger.store.read() as tx:
        assert all(tx.tags.of_item(item)[0].state is TagState.MADE for item in bench.items.values())


def test_a_chip_in_service_is_not_taken_for_a_second_item(bench: Bench) -> None:
    made = bench.encode()
    end_tag(bench.ledger, bench.brand, GTIN, bench.serials[0])
    bench.file()
    taken = made[bench.serials[1]]
    with pytest.raises(Invalid, match="Nothing was taken"):
        bring_into_service(bench.ledger, bench.brand, answer_of({bench.serials[0]: taken}, GTIN))


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"gtin,serial\n1,2\n", b"gtin,serial,uid\n"])
def test_what_is_no_answer_of_an_encoder_is_refused(bench: Bench, content: bytes) -> None:
    with pytest.raises(Invalid):
        bring_into_service(bench.ledger, bench.brand, content)


def test_too_long_an_answer_is_refused(bench: Bench) -> None:
    with pytest.raises(TooLarge):
        bring_into_service(bench.ledger, bench.brand, b"gtin,serial,uid\n" + b"1,2,3\n" * 5_001)


def test_tags_of_another_brand_do_not_exist_for_me(bench: Bench, stage: Stage) -> None:
    platform = operator_as(bench.ledger, "bazar")
    with pytest.raises(Forbidden):
        make_tags(bench.ledger, platform, bench.batch, PASSPHRASE, io.BytesIO())
    with pytest.raises(Forbidden):
        tag_desk(bench.ledger, platform)
    weak = Caller(bench.brand.organisation, frozenset({Scope.READ}))
    for attempt in (
        lambda: make_tags(bench.ledger, weak, bench.batch, PASSPHRASE, io.BytesIO()),
        lambda: bring_into_service(bench.ledger, weak, b""),
        lambda: end_tag(bench.ledger, weak, GTIN, bench.serials[0]),
        lambda: new_master(bench.ledger, weak),
    ):
        with pytest.raises(Forbidden):
            attempt()
    with pytest.raises(Unknown):
        make_tags(bench.ledger, bench.brand, "bat_01ARZ3NDEKTSV4RRFFQ69G5FAV", PASSPHRASE, io.BytesIO())
