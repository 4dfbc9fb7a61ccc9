# Each team has its servers, and one wants no regional news.
servers: shop-cart search
alerts:
  routes:
    - {name: shop, type: command, command: [shop]}
    - {name: all, type: command, command: [all]}
  policies:
    - {match: {servers: ["shop-*"], kinds: [downtime]}, steps: [{routes: [shop]}]}
    - {match: {servers: ["s*"], kinds: [regional]}, steps: [{routes: [all]}]}
14:00-14:04 shop-cart: amber tools-list eu
14:05-14:06 shop-cart: red tools-list eu us
14:07-14:10 shop-cart: green
14:00-14:10 search: green
expect:
14:02 regional_started P2 shop-cart to=all
14:05 downtime_started P2 shop-cart to=shop
14:09 downtime_resolved P2 shop-cart to=shop
14:09 regional_resolved P2 shop-cart to=all
