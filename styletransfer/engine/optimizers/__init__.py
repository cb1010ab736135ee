"""How the picture is changed: first-order and quasi-Newton steps, and what they step."""
