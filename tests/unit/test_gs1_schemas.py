"""Whether GS1's own schemas judge what is exported in this run."""

from __future__ import annotations

import pytest

from tests.support.gs1_schemas import VARIABLE, faults_of, judged, linkset_faults


@pytest.mark.skipif(not judged(), reason=f"GS1's schemas are not in the repository, by their terms: set {VARIABLE}.")
def test_gs1s_schemas_are_here_and_refuse_what_is_wrong() -> None:
    assert faults_of({"type": "ObjectEvent"})
    assert linkset_faults({"linkset": "none"})
