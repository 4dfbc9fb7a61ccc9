# shellcheck shell=bash
# SPDX-License-Identifier: MIT

# probes SLUG REGION AT [STEP ERROR]: the lines of one whole probe. Tests make
# thousands, and so no program is started for it.
probes() {
	local at=$3 bad=${4-} state=healthy failed=null error=null n=0 step ended key
	local zeros
	printf -v zeros %064d 0
	if [[ $bad ]]; then
		state=broken failed="\"$bad\"" error="\"${5:-http.503}\""
	fi
	printf -v key '{"v":1,"slug":"%s","region":"%s","probe_id":"%s","probe_started_at":%s' \
		"$1" "$2" "$2-$at" "$at"
	for step in dns tls initialize oauth-discovery auth-initialize tools-list \
		tools-call tool-hash; do
		ended='"pass","ms":2,"error":null'
		[[ $step != "$bad" ]] || ended="\"fail\",\"ms\":5,\"error\":$error"
		printf '%s,"type":"step","n":%d,"step":"%s","message":null,"detail":{},"status":%s}\n' \
			"$key" $((++n)) "$step" "$ended"
	done
	printf '%s,"type":"probe","url":"https://example.com/mcp","state":"%s",' "$key" "$state"
	printf '"failed_step":%s,"error":%s,"total_ms":%d,' "$failed" "$error" \
		$((100 + ${at%.*} % 7))
	printf '"protocol":"2025-11-25","era":"session","tool_hash":"%s","full_hash":"%s",' \
		"${zeros//0/a}" "${zeros//0/b}"
	printf '"tool_count":1,"tools":{"get":["%s","%s"]}}\n' \
		"${zeros//0/c}" "${zeros//0/d}"
}
