"""Line icons on a grid of 24. They are inline SVG, which takes the colour of the text."""

from django import template
from django.utils.safestring import SafeString, mark_safe

register = template.Library()

_ICONS = {
    "dashboard": '<path d="M4 14a8 8 0 1 1 16 0"/><path d="M12 14l4-5"/><path d="M4 18h16"/>',
    "logs": '<path d="M9 6h11M9 12h11M9 18h11"/><path d="M4.5 6h.01M4.5 12h.01M4.5 18h.01"/>',
    "reports": '<path d="M4 20h16"/><path d="M7 16v-4M12 16V6M17 16V9"/>',
    "prices": '<path d="M4 12V4h8l8 8-8 8z"/><path d="M8 8h.01"/>',
    "admin": '<path d="M12 3l7 3v5c0 4.5-3 8-7 10-4-2-7-5.5-7-10V6z"/><path d="M9 12l2 2 4-4"/>',
    "settings": '<path d="M4 7h9M19 7h1M4 17h1M11 17h9"/><circle cx="16" cy="7" r="2.5"/>'
    '<circle cx="8" cy="17" r="2.5"/>',
    "pulse": '<path d="M3 12h4l3-7 4 14 3-7h4"/>',
    "templates": '<path d="M5 4h14v16H5z"/><path d="M8.5 8.5h7M8.5 12h7M8.5 15.5h4"/>',
    "numbers": '<path d="M8 3h8v18H8z"/><path d="M11 18h2"/>',
    "phone": '<path d="M6 4h3.500l2 5-2.500 1.500a11 11 0 0 0 4.500 4.500l1.500-2.500 5 2V18a2 2 0 0 1-2 2'
    'A14 14 0 0 1 4 6a2 2 0 0 1 2-2z"/>',
    "health": '<path d="M12 20s-8-4.600-8-10a4.500 4.500 0 0 1 8-2.800A4.500 4.500 0 0 1 20 10c0 5.400-8 10-8 10z"/>',
    "star": '<path d="M12 4l2.500 5.200 5.700.8-4.100 4 1 5.600L12 17l-5.100 2.600 1-5.600-4.100-4 5.700-.8z"/>',
    "columns": '<path d="M4 5h16v14H4z"/><path d="M9.500 5v14M14.500 5v14"/>',
    "search": '<circle cx="10.5" cy="10.5" r="6"/><path d="M15 15l5 5"/>',
    "filter": '<path d="M4 6h16M7 12h10M10 18h4"/>',
    "close": '<path d="M6 6l12 12M18 6L6 18"/>',
    "check": '<path d="M5 12.5l4.5 4.5L19 7.5"/>',
    "down": '<path d="M7 10l5 5 5-5"/>',
    "left": '<path d="M14 7l-5 5 5 5"/>',
    "right": '<path d="M10 7l5 5-5 5"/>',
    "updown": '<path d="M8 9.5l4-4 4 4M8 14.5l4 4 4-4"/>',
    "inbound": '<path d="M18 6L7 17"/><path d="M15 17H7V9"/>',
    "outbound": '<path d="M6 18L17 7"/><path d="M9 7h8v8"/>',
    "sun": '<circle cx="12" cy="12" r="4"/><path d="M12 3v2M12 19v2M3 12h2M19 12h2M5.6 5.6L7 7M17 17l1.4 1.4'
    'M18.4 5.6L17 7M7 17l-1.4 1.4"/>',
    "moon": '<path d="M19.5 14.5A8 8 0 0 1 9.5 4.5a8 8 0 1 0 10 10z"/>',
    "clock": '<circle cx="12" cy="12" r="8"/><path d="M12 7.5V12l3 2"/>',
    "user": '<circle cx="12" cy="8" r="3.5"/><path d="M5 20c.5-4 3.5-6 7-6s6.5 2 7 6"/>',
    "logout": '<path d="M14 5H6v14h8"/><path d="M10 12h10M17 9l3 3-3 3"/>',
    "key": '<circle cx="8" cy="15" r="4"/><path d="M11 12l8-8M16 7l2.5 2.5"/>',
    "menu": '<path d="M4 7h16M4 12h16M4 17h16"/>',
    "trash": '<path d="M5 7h14M10 4h4M7 7l1 13h8l1-13"/><path d="M10 11v5M14 11v5"/>',
    "download": '<path d="M12 4v11M7.5 11l4.5 4.5 4.5-4.5"/><path d="M5 20h14"/>',
    "table": '<path d="M4 5h16v14H4z"/><path d="M4 10h16M4 14.5h16M10 10v9"/>',
    "chart": '<path d="M4 4v16h16"/><path d="M8 15l3.5-4 3 2.5L19 8"/>',
    "copy": '<path d="M9 9h11v11H9z"/><path d="M5 15H4V4h11v1"/>',
    "info": '<circle cx="12" cy="12" r="8.5"/><path d="M12 11v5M12 8h.01"/>',
    "warning": '<path d="M12 4l9 16H3z"/><path d="M12 10v4M12 17h.01"/>',
    "inbox": '<path d="M4 13l2.5-8h11L20 13v6H4z"/><path d="M4 13h5c0 1.700 1.300 3 3 3s3-1.300 3-3h5"/>',
    "lock": '<path d="M6 11h12v9H6z"/><path d="M8.5 11V8a3.5 3.5 0 0 1 7 0v3"/>',
    "compass": '<circle cx="12" cy="12" r="8.5"/><path d="M15.5 8.5l-2 5-5 2 2-5z"/>',
    "mail": '<path d="M4 6h16v12H4z"/><path d="M4 7l8 6 8-6"/>',
    "gate": '<path d="M4 20V8M20 20V8"/><path d="M4 9l16 4"/><path d="M2.5 20h3M18.5 20h3"/>'
    '<circle cx="4" cy="6" r="1.5"/>',
}


@register.simple_tag
def icon(name: str, size: int = 18) -> SafeString:
    """The icon with that name. Screen readers skip it, so the text beside it must say the same."""
    shapes = _ICONS[name]
    return mark_safe(  # noqa: S308 - constants of this file
        f'<svg class="icon-line" width="{size}" height="{size}" viewBox="0 0 24 24" aria-hidden="true">{shapes}</svg>'
    )
