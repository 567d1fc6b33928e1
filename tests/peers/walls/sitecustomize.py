"""For tests of one wall without the other: put this folder on PYTHONPATH, and name in WALLS_DOWN what is to be off.

    WALLS_DOWN=lock   foreign files are opened by jobs that are not locked in
    WALLS_DOWN=scan   nothing is scanned and nobody is asked: whatever a file holds is run

    WALLS_DOWN=scan PYTHONPATH=tests/peers/walls python tests/peers/run_corpus.py CORPUS -- python -m studio inspect {file}

tries the whole corpus: what counts there are markers, since files that should be refused are opened.
"""

import os

DOWN = os.environ.get("WALLS_DOWN", "").split(",")

if "lock" in DOWN or "STUDIO_WALLS_DOWN" in os.environ:
    os.environ["STUDIO_WALLS_DOWN"] = "lock"  # jobs get a clean environment, with our own words only
    from studio.link.lock import lock

    lock.lock_down = lambda *_, **__: ("nothing",)

if "scan" in DOWN:
    from studio.document import trust, whole

    trust.require_consent = trust.require_consent_for_all = whole.refuse_damaged = lambda *_, **__: None
