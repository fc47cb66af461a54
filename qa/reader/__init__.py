"""A small network that reads a question together with sentences: which answers, and which words.

Late interaction sees which words match; it does not see that "when" asks for a date, or that what
is said of one person is asked of another. The network reads the same token vectors, which the index
holds already, so a question costs some milliseconds more and an index nothing. It was trained by
this project (`python -m tests.benchmarks.train`).
"""

from qa.reader.inputs import Bytes, Candidates, Floats, inputs
from qa.reader.reader import Reader, Reading, Span, load

__all__ = ["Bytes", "Candidates", "Floats", "Reader", "Reading", "Span", "inputs", "load"]
