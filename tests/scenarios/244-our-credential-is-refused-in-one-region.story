# One region has an old credential: P2, and neither CDN nor routes are at fault.
servers: billing
regions: eu-west-2 us-east-1 ap-southeast-1
14:00-14:04 amber auth-initialize eu-west-2 error=auth.refresh-needed checks=refused
14:05-14:08 green
expect:
14:02 regional_started P2 since=14:00 regions=eu-west-2 headline="P2: we cannot check billing from London: our credential is refused there since 14:00; it worked until then"
14:07 regional_resolved P2 since=14:00 until=14:05 headline="P2 over after 5 min: we can check billing from London again"
