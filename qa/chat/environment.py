"""What must be set before gradio is imported: it reads these once, and by default phones home.

`qa.chat` imports this module before the one that imports gradio.
"""

import os

SILENT = {
    "GRADIO_ANALYTICS_ENABLED": "False",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "HF_HUB_OFFLINE": "1",
}
"""Nothing is asked of the internet."""

UNMEASURED = {"GRADIO_ANALYTICS_CACHE_FREQUENCY": "1000000000"}
"""After so many events Gradio sums them up; by default after each one, in a table of all."""

os.environ.update(SILENT | UNMEASURED)
