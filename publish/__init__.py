"""From notebooks to pages: renewing stored outputs, and what the HTML needs."""
