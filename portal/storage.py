"""Static files under names with their digests, also where a script imports a module.

Django's own switch for that, `support_js_module_import_aggregation`, reads comments of third-party scripts as imports.
"""

from whitenoise.storage import CompressedManifestStaticFilesStorage

_IMPORT = r"""(?P<matched>import (?P<names>\{[^}]+\}) from "(?P<url>\./[^"]+)";)"""


class StaticFilesStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """Rewrites `import { … } from "./…";`, so that a browser never mixes modules of two releases."""

    patterns = (
        *CompressedManifestStaticFilesStorage.patterns,
        ("*.js", ((_IMPORT, 'import %(names)s from "%(url)s";'),)),
    )
