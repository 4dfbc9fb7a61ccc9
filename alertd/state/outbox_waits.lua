-- SPDX-License-Identifier: MIT
-- Whether the state KEYS[1] has something in the outbox: 1 or 0. Within a string of
-- JSON the quotes would have backslashes.
local text = redis.call('GET', KEYS[1])
return text and string.find(text, '"outbox":[{', 1, true) and 1 or 0
