"""Messages on other channels than WhatsApp: SMS, Viber, RCS and more, such as the SMS of a fallback.

A leg is a UMID on a channel. It is no message of WhatsApp: it is counted apart, and costs what the provider states.
"""
