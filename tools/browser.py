"""A browser of this machine, and a host for pages: for the tests of the page, and for what measures it."""

import contextlib
import functools
import http.server
import shutil
import threading

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
BROWSER = next(filter(None, map(shutil.which, BROWSERS)), None)


@contextlib.contextmanager
def serve(folder, host):
    """Serve `folder` on a free port of the loopback interface, by this handler of requests, and yield the address."""
    handler = functools.partial(host, directory=folder)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
