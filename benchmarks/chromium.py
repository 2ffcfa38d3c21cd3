"""The machine's own Chromium for whatever looks at pages: where it is, and how it is started. Never a downloaded one."""

import os
import shutil

# The shell without windows is the same browser and needs less of the processor. The list is that of scripts/browser.
NAMES = "chromium-headless-shell chromium chromium-browser google-chrome google-chrome-stable"


def chromium_path() -> str:
    """The program; CHROMIUM=... names another one. Raises FileNotFoundError, with what to do."""
    found = next(filter(None, map(shutil.which, os.environ.get("CHROMIUM", NAMES).split())), None)
    if found is None:
        raise FileNotFoundError("No Chromium was found. Run scripts/browser, which installs one or says how.")
    return found


def flags() -> list[str]:
    """It asks nobody for anything, and as root runs outside of its sandbox."""
    return [
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-gpu",
        "--disable-quic",
        "--disable-sync",
        "--no-first-run",
        # Names other than this machine's lead nowhere, whatever a page or the browser itself asks for.
        "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
        *(["--no-sandbox"] if os.geteuid() == 0 else []),
    ]
