# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# An inbox in a table of DynamoDB: dynamodb://TABLE?region=REGION. Of a global table the
# region names its own replica, and rounds name theirs. The table has the keys region
# (HASH) and name (RANGE), both strings; and expires as its time to live. See
# inbox_at.bash.
# shellcheck disable=SC2016 # programs of jq
# shellcheck disable=SC2034,SC2154 # variables of inbox_at.bash

inbox_open() {
	[[ $inbox =~ ^[A-Za-z0-9_.-]{3,255}$ ]] || 
		give_up 2 'dynamodb: not the name of a table'
	[[ $aws_region ]] || give_up 2 'dynamodb: region= is missing'
	[[ $user && $password ]] ||
		give_up 2 'credential: needs access_key and secret_key'
	at_endpoint "https://dynamodb.$aws_region.amazonaws.com"
	host=${endpoint#*://} host=${host%%/*}
	# An item has at most 400 KB, with its names.
	piece_max=380000 piece_raw=$((1 << 20)) lag=15
}

# dynamo_call OPERATION: with the body in the file ask.
dynamo_call() {
	call --aws-sigv4 "aws:amz:$aws_region:dynamodb" -H "Host: $host" \
		-H "X-Amz-Target: DynamoDB_20120810.$1" \
		-H 'Content-Type: application/x-amz-json-1.0' --data-binary "@$work/ask" \
		"$endpoint/" || return
	expect 200
}

# ask_dynamo NAME FILTER [ARGUMENT…]: writes the body.
ask_dynamo() {
	jq -cn --arg table "$inbox" --arg region "$region" --arg name "$1" "${@:3}" \
		'{TableName: $table} + '"$2" >"$work/ask"
}

inbox_put() {
	base64 -w 0 -- "$2" >"$work/b64"
	ask_dynamo "$1" '{Item: ({region: {S: $region}, name: {S: $name}, piece: {B: $piece}} +
		if $name == "targets" then {} else {expires: {N: (now + 86400 | floor | tostring)}} end)}' \
		--rawfile piece "$work/b64"
	dynamo_call PutItem
}

# A query pays for what it reads, whether that is sent or not: so the pieces come, too,
# and stay in the folder have.
inbox_list() {
	local page after=null name piece
	mkdir -p -- "$work/have"
	for ((page = 0; page < pages_max; page++)); do
		ask_dynamo 1 '{KeyConditionExpression: "#r = :r AND #n BETWEEN :from AND :to",
			ExpressionAttributeNames: {"#r": "region", "#n": "name"},
			ExpressionAttributeValues: {":r": {S: $region}, ":from": {S: $name},
				":to": {S: "2"}}} +
			if $after then {ExclusiveStartKey: $after} else {} end' --argjson after "$after"
		dynamo_call Query || return
		jq -r '.Items[] | "\(.name.S) \(.piece.B? // "")" | gsub("\n"; "")' \
			"$work/answer" >"$work/items" 2>"$work/why" || return 2
		while read -r name piece; do
			[[ $name =~ $piece_name ]] || { echo "$name"; continue; }
			base64 -d <<<"$piece" >"$work/have/$name" 2>/dev/null || :
			echo "$name"
		done <"$work/items"
		after=$(jq -c '.LastEvaluatedKey // null' "$work/answer")
		[[ $after != null ]] || break
	done
}

inbox_get() {
	if [[ -e $work/have/$1 ]]; then
		mv -- "$work/have/$1" "$2"
		return
	fi
	ask_dynamo "$1" '{Key: {region: {S: $region}, name: {S: $name}}}'
	dynamo_call GetItem || return
	jq -e .Item.piece.B "$work/answer" >/dev/null 2>&1 || return 1
	jq -r .Item.piece.B "$work/answer" | base64 -d >"$2" 2>"$work/why" || return 2
}

inbox_drop() {
	local name
	for name; do
		ask_dynamo "$name" '{Key: {region: {S: $region}, name: {S: $name}}}'
		dynamo_call DeleteItem || return
	done
}
