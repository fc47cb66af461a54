"""The web application: HTTP routes, what is let in, mounting the page, listening."""

from qa.server.application import Options, create_app
from qa.server.listening import serve
from qa.server.login import Login

__all__ = ["Login", "Options", "create_app", "serve"]
