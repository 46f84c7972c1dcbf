"""How webhooks come in: taken, stored, claimed, understood."""
