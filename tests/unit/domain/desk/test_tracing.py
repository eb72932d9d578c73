"""Clusters of copies on simulated rings with known truth: how many of the best are one ring, and what never ties."""

from __future__ import annotations

from random import Random

import pytest

from ledger.domain.desk.tracing import COMMON, Sighting, clusters


def market(seed: int) -> tuple[list[Sighting], list[tuple[str, str]], dict[str, str]]:
    """Six rings and forty resellers who each met one copied item, with borrowed photos and shared telephones.

    A ring copies a few items, sells under several names with few identifiers, and photographs what it makes.
    """
    draw, found, marks, truth = Random(seed), [], [], {}
    for ring in range(6):
        items = [f"r{ring}i{n}" for n in range(draw.randrange(2, 5))]
        photos = [f"r{ring}p{n}" for n in range(6)]
        for name in range(draw.randrange(3, 7)):
            seller = f"r{ring}s{name}"
            truth[seller] = f"r{ring}"
            marks.append((seller, f"r{ring}m{draw.randrange(2)}"))
            for n in range(draw.randrange(1, 4)):
                shown = (*draw.sample(photos, 2), "everybody")
                found.append(Sighting(f"{seller}l{n}", seller, draw.choice(items), draw.randrange(90), shown))
    borrowed = [photo for one in found for photo in one.photos if photo != "everybody"]
    for n in range(40):
        seller = f"x{n}"
        truth[seller] = seller
        marks.append((seller, "agency"))
        own = ("everybody", *([draw.choice(borrowed)] if draw.random() < 0.5 else []))
        item = f"x{n}" if draw.random() < 0.9 else draw.choice(found[:20]).item
        found.append(Sighting(f"{seller}l", seller, item, draw.randrange(90), own))
    return found, marks, truth


def precision(seed: int, k: int) -> float:
    """Of the k best clusters, those of whose sellers at least four in five are of one ring."""
    sightings, marks, truth = market(seed)
    best = clusters(sightings, marks, {})[:k]
    good = 0
    for one in best:
        rings = [truth[seller] for seller in one.sellers]
        good += max(rings.count(ring) for ring in set(rings)) >= 0.8 * len(rings)
    return good / len(best)


def test_of_the_best_clusters_most_are_one_ring() -> None:
    figures = [precision(seed, 5) for seed in range(40)]
    mean = sum(figures) / len(figures)
    print(f"precision@5 over {len(figures)} synthetic markets: {mean:.3f}, the worst {min(figures):.2f}")
    assert mean >= 0.9


@pytest.mark.parametrize(("photos", "tied"), [(("a",), False), (("a", "b"), True)])
def test_one_photo_may_be_borrowed_and_two_tie(photos: tuple[str, ...], tied: bool) -> None:
    found = clusters([Sighting("1", "s", "i", 0, photos), Sighting("2", "t", "j", 0, photos)], [], {})
    assert bool(found) is tied


def test_one_code_may_be_the_genuine_one_and_two_tie() -> None:
    one = [Sighting("1", "s", "i", 0), Sighting("2", "t", "i", 0)]
    assert clusters(one, [], {}) == []
    more = [Sighting("3", "s", "j", 0), Sighting("4", "t", "j", 0)]
    [found] = clusters(one + more, [], {})
    assert found.sellers == ("s", "t")


def test_what_everybody_has_in_common_ties_nobody() -> None:
    many = [Sighting(f"l{n}", f"s{n}", f"i{n}", 0, ("a", "b")) for n in range(COMMON + 1)]
    marks = [(one.seller, "agency") for one in many]
    assert clusters(many, marks, {}) == []
    assert len(clusters(many[:COMMON], marks[:COMMON], {})) == 1


def test_a_cluster_says_that_it_is_a_hypothesis_and_lists_its_evidence() -> None:
    pair = [Sighting("1", "s", "i", 0), Sighting("2", "t", "i", 1)]
    [one] = clusters(pair, [("s", "m"), ("t", "m")], {"i": ("IT", 20_000)})
    assert one.hypothesis.startswith("Hypothesis: ")
    assert "IT" in one.hypothesis
    assert one.kinds == {"code", "seller", "identifier"}
    assert one.first == ("IT", 20_000)
