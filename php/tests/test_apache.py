"""The page on Apache: with PHP in its workers (prefork), and in front of FPM (event)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import apache
import pytest
from crowd import AT_ONCE, Crowd
from fpm_sites import EXTENSION, FFI, Way, serving
from harness.length import whole_or_short
from servers import WORKERS
from test_fpm import COMPLAINT
from visitor import Visitor

if TYPE_CHECKING:
    from collections.abc import Callable

    from installed import Installed

LOGINS = whole_or_short(2000, 96)


@pytest.mark.parametrize("kind", [apache.with_php, apache.before_fpm], ids=["mod-php", "event-and-fpm"])
@pytest.mark.parametrize("way", [EXTENSION, FFI], ids=["extension", "ffi"])
def test_a_crowd_logs_in_while_a_worker_dies_and_all_are_replaced(
    installed: Installed, way: Way, kind: Callable[[], apache.Kind]
) -> None:
    with serving(installed, way, kind=kind(), CLEVER_KEY_CACHE="{folder}/keys") as site:
        page = Visitor().open(f"{site.url}/me?lesson=7", person="ada")
        assert (page.url, "Hello, Ada Ashworth" in page.text) == (f"{site.url}/me?lesson=7", True)
        crowd = Crowd(site.url)
        crowd.come_through_trouble(LOGINS - AT_ONCE, site.fpm)
        crowd.come(AT_ONCE)
        assert (crowd.failures, len(site.fpm.workers())) == ([], WORKERS)
        assert re.findall(COMPLAINT, site.fpm.log()) == []
