# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# An inbox in S3, or what speaks it: s3://BUCKET/PREFIX?region=REGION&endpoint=URL. curl
# signs (--aws-sigv4), as of 7.87. See inbox_at.bash.
# shellcheck disable=SC2034,SC2154 # variables of inbox_at.bash

inbox_open() {
	local bucket=${inbox%%/*} prefix=''
	[[ $inbox != */* ]] || prefix=${inbox#*/}
	[[ $bucket =~ ^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$ && $prefix =~ ^[A-Za-z0-9._/-]{0,400}$ ]] ||
		give_up 2 's3: not BUCKET/PREFIX: a bucket has 3 to 63 of a-z, 0-9, . and -'
	[[ $aws_region ]] || give_up 2 's3: region= is missing'
	[[ $user && $password ]] ||
		give_up 2 'credential: needs access_key and secret_key'
	key_prefix=${prefix:+$prefix/}$region/
	# No certificate covers a bucket with dots as a host.
	if [[ $endpoint || $bucket == *.* ]]; then
		at_endpoint "https://s3.$aws_region.amazonaws.com"
		objects=$endpoint/$bucket
	else
		at_endpoint "https://$bucket.s3.$aws_region.amazonaws.com"
		objects=$endpoint
	fi
	host=${endpoint#*://} host=${host%%/*}
}

# s3_call FILE [OPTION…] URL: with the digest of the file that is the body.
s3_call() {
	local digest
	digest=$(sha256sum <"$1" | cut -d ' ' -f 1)
	call --aws-sigv4 "aws:amz:$aws_region:s3" -H "Host: $host" \
		-H "x-amz-content-sha256: $digest" "${@:2}"
}

inbox_put() {
	# Signed together with --data-binary; a PUT of a file would be sent unread.
	s3_call "$2" -X PUT --data-binary "@$2" -H 'Content-Type: application/octet-stream' \
		"$objects/$key_prefix$1" || return
	expect 200
}

inbox_list() {
	local page last=${key_prefix}0 more
	for ((page = 0; page < pages_max; page++)); do
		# In the order in which it is signed.
		s3_call /dev/null "$objects/?list-type=2&max-keys=1000&prefix=${key_prefix//\//%2F}&start-after=${last//\//%2F}" ||
			return
		expect 200 || return
		tr '\n' ' ' <"$work/answer" | grep -oE '<Key>[^<]*' | sed 's|.*>||' >"$work/keys" || :
		while IFS= read -r more; do
			[[ $more != "$key_prefix"* ]] || printf '%s\n' "${more#"$key_prefix"}"
		done <"$work/keys"
		grep -q '<IsTruncated>true' "$work/answer" || break
		more=$(tail -n 1 "$work/keys")
		[[ $more =~ ^[A-Za-z0-9._/-]{1,600}$ && $more > $last ]] || break
		last=$more
	done
}

inbox_get() {
	s3_call /dev/null "$objects/$key_prefix$1" || return
	[[ $code != 404 ]] || return 1
	expect 200 || return
	mv -- "$work/answer" "$2"
}

inbox_drop() {
	local name
	for name; do
		s3_call /dev/null -X DELETE "$objects/$key_prefix$name" || return
		expect '20[04]|404' || return
	done
}
