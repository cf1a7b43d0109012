"""What a page weighs: as bytes that go over the line, on a phone, at first sight and read to the end."""

import gzip
import re

KB = 1000
PHONE = {"viewport": {"width": 412, "height": 823}, "device_scale_factor": 1.75}
PACKED = re.compile(r"\.(woff2?|png|webp|jpe?g)(\?|$)")  # which a server does not pack again
# Each figure is loaded and each widget is alive, as for a reader who has come by them all.
READ = """async () => {
  for (const widget of document.querySelectorAll("figure.nn-widget")) widget.dispatchEvent(new Event("pointerenter"));
  for (const image of document.images) image.loading = "eager";
  while (document.querySelector("figure.nn-widget:not([data-alive])")) await new Promise(requestAnimationFrame);
  await Promise.all(Array.from(document.images, (image) => image.decode().catch(() => image)));
}"""


class Scales:
    """Weighs the pages that a browser's context opens, and each file that many of them have once."""

    def __init__(self, context):
        self.context = context
        self.weights = {}

    def weigh(self, address):
        """Return the weight of each file that a page asks for: at first sight, and when it was read to the end."""
        page, responses, seen = self.context.new_page(), [], []
        page.on("response", lambda response: responses.append(response))  # append itself is none that Playwright takes
        page.goto(address)
        for look in (lambda: None, lambda: page.evaluate(READ)):
            look()
            page.wait_for_load_state("networkidle")
            seen.append({response.url: self.weight(response) for response in responses})
        page.close()
        return seen

    def weight(self, response):
        """Return how many bytes go over the line for this response, where the server packs what is not packed."""
        address = response.url
        if address.startswith(("data:", "blob:")):
            return 0  # it is a part of the file that names it
        if address not in self.weights:
            body = response.body() if response.status == 200 else b""
            self.weights[address] = len(body) if PACKED.search(address) else len(gzip.compress(body))
        return self.weights[address]


def bill(weights):
    """Return the weights as text, the heaviest first."""
    rows = sorted(weights.items(), key=lambda row: -row[1])
    return "\n".join([f"{sum(weights.values()) / KB:8.1f} kB", *(f"{size / KB:8.1f}  {name}" for name, size in rows)])
