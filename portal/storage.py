"""Static files with digests in their names, also in the imports of scripts.

Django's own option for that, `support_js_module_import_aggregation`, takes comments in third-party scripts for imports.
"""

from whitenoise.storage import CompressedManifestStaticFilesStorage

_IMPORT = r"""(?P<matched>import (?P<names>\{[^}]+\}) from "(?P<url>\./[^"]+)";)"""


class StaticFilesStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """Rewrites `import { … } from "./…";`, so that a browser never mixes modules of two releases."""

    patterns = (
        *CompressedManifestStaticFilesStorage.patterns,
        ("*.js", ((_IMPORT, 'import %(names)s from "%(url)s";'),)),
    )
