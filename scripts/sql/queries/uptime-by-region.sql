-- SPDX-License-Identifier: MIT
-- The share of probes in percent that were not broken, by month and region.
SELECT month, region, sum(probes) AS probes, sum(broken) AS broken,
	round(100.0 * (sum(probes) - sum(broken)) / sum(probes), 3) AS uptime
FROM probes GROUP BY month, region ORDER BY month, uptime, region;
