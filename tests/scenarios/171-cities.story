# People do not know the names of regions: they read of the cities, and programs
# still get the regions.
regions: us-east-1 eu-west-2 office
servers: shop
14:00-14:02 green
14:03-14:05 amber tls us-east-1 error=tcp.timeout
14:06-14:09 red tls us-east-1 eu-west-2 error=tcp.timeout
14:10-14:14 green
expect:
14:05 regional_started P2 regions=us-east-1 headline="P2: shop works, but not from Ashburn" says="shop is available from London and office, but not from Ashburn (the connection fails with tcp.timeout): possibly a routing or CDN issue."
14:06 downtime_started P1 regions=us-east-1,eu-west-2 headline="P1: shop cannot be reached" says="shop cannot be reached: the connection fails with tcp.timeout from Ashburn and London (2 of 3 regions)."
14:12 downtime_resolved P1 headline="P1 over after 4 min: shop is up again"
14:12 regional_resolved P2 headline="P2 over after 7 min: shop works from Ashburn again"
