# A server answers 503 in one region: it was reached, so neither DNS nor a route is
# to blame, and the sentence does not say so.
servers: shop
14:00 green
14:01-14:04 amber initialize eu error=http.503
14:05-14:08 green
expect:
14:03 regional_started P2 regions=eu says="shop is available from us and ap, but not from eu (initialize fails with http.503)."
14:07 regional_resolved P2 regions=eu
