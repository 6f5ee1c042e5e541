"""Windows onto a running engine for other programs: figures for Prometheus."""
