#include "handlers/handler.h"

#include "cgi/request.h"
#include "handlers/handlers.h"
#include "http/respond.h"
#include "http/route.h"

static void (*const handlers[])(const struct context *) = {
	[ROUTE_NONE] = handle_none,
	[ROUTE_NONE_API] = handle_none_api,
	[ROUTE_MOVED] = handle_moved,
	[ROUTE_INDEX] = handle_index,
	[ROUTE_HEALTH] = handle_health,
	[ROUTE_EMBED_STATUS] = handle_embed_status,
	[ROUTE_METRICS] = handle_metrics,
	[ROUTE_REGIONS] = handle_regions,
	[ROUTE_API_ACCOUNT] = handle_api_account,
	[ROUTE_OPENAPI] = handle_openapi,
	[ROUTE_BADGE] = handle_badge,
	[ROUTE_BADGE_JSON] = handle_badge_json,
	[ROUTE_FLEET_BADGE] = handle_fleet_badge,
	[ROUTE_FLEET_BADGE_JSON] = handle_fleet_badge_json,
	[ROUTE_EMBED_JS] = handle_embed_js,
	[ROUTE_EMBED_PREVIEW] = handle_site,
	[ROUTE_PAGE] = handle_server,
	[ROUTE_INCIDENT] = handle_server,
	[ROUTE_PREVIEW] = handle_server,
	[ROUTE_INCIDENT_PREVIEW] = handle_server,
	[ROUTE_MONTH] = handle_server,
	[ROUTE_TOOLS] = handle_tools,
	[ROUTE_CHANGES] = handle_tools,
	[ROUTE_CHANGES_FEED] = handle_tools,
	[ROUTE_FEED] = handle_server,
	[ROUTE_CALENDAR] = handle_server,
	[ROUTE_FLEET_FEED] = handle_fleet_feed,
	[ROUTE_FLEET_CALENDAR] = handle_fleet_calendar,
	[ROUTE_ACCOUNT_FEED] = handle_account_feed,
	[ROUTE_ACCOUNT] = handle_account,
	[ROUTE_ACCOUNT_ENTER] = handle_account_enter,
	[ROUTE_ACCOUNT_LEAVE] = handle_account_leave,
	[ROUTE_REPORT_LIST] = handle_report_list,
	[ROUTE_REPORT_CSV] = handle_report_csv,
	[ROUTE_REPORT_JSON] = handle_report_json,
	[ROUTE_REPORT] = handle_report,
	[ROUTE_MANUAL_LIST] = handle_site,
	[ROUTE_MANUAL] = handle_site,
	[ROUTE_MCP] = handle_mcp,
	[ROUTE_STYLE] = handle_site,
	[ROUTE_PAGE_JS] = handle_page_js,
	[ROUTE_ROBOTS] = handle_robots,
	[ROUTE_SITEMAP] = handle_sitemap,
	[ROUTE_SITEMAP_PART] = handle_sitemap_part,
	[ROUTE_ICON] = handle_icon,
};

void handle_request(struct service *service, const struct request *request,
	double now, struct response *r)
{
	char token[SHA256_HEX];
	struct route route;
	struct context c = {.request = request,
		.url = service->url,
		.source = &service->source,
		.now = now,
		.name = route.name,
		.rest = route.rest,
		.r = r};

	route_request(request, &route);
	c.kind = route.kind;
	r->cookies = route_takes_cookies(route.kind);
	if (route.kind != ROUTE_MCP && request->method != METHOD_GET &&
		request->method != METHOD_HEAD) {
		respond_error(
			r, 405, "method", "Only GET and HEAD are answered.");
		return;
	}
	private_access_recognize(&c, token);
	handlers[route.kind](&c);
}
