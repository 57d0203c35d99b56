#ifndef FCGI_PROGRAMME_HANDLERS_H
#define FCGI_PROGRAMME_HANDLERS_H

#include "req.h"

/* Shifts, requests, reports, participants: docs/openapi/programme.yaml. */
enum err get_shifts(struct req *r);
enum err post_shift(struct req *r);
enum err get_shift(struct req *r);
enum err patch_shift(struct req *r);
enum err patch_shift_start(struct req *r);
enum err patch_shift_finish(struct req *r);
enum err patch_shift_cancel(struct req *r);
enum err get_shift_users(struct req *r);
enum err get_shift_requests(struct req *r);
enum err get_shift_progress(struct req *r);
enum err get_requests(struct req *r);
enum err patch_request_approve(struct req *r);
enum err patch_request_decline(struct req *r);
enum err get_reports(struct req *r);
enum err get_report(struct req *r);
enum err post_shift_message(struct req *r);
enum err get_report_similar(struct req *r);
enum err get_shift_similar(struct req *r);
enum err patch_report_approve(struct req *r);
enum err patch_report_decline(struct req *r);
enum err get_participants(struct req *r);
enum err get_participant(struct req *r);
enum err get_photo(struct req *r);
enum err get_analytics_total(struct req *r);
enum err get_analytics_tasks(struct req *r);
enum err get_analytics_shift(struct req *r);
enum err get_outbox(struct req *r);
enum err patch_outbox_retry(struct req *r);
enum err patch_outbox_presumed(struct req *r);
enum err get_tasks(struct req *r);
enum err post_task(struct req *r);
enum err get_task(struct req *r);
enum err patch_task(struct req *r);
enum err patch_task_status(struct req *r);
enum err get_healthcheck(struct req *r);
enum err get_audit(struct req *r);
enum err post_telegram_webhook(struct req *r);
enum err get_registration_form(struct req *r);
enum err post_registration_form(struct req *r);

extern const struct input form_token_in, shifts_query, shift_in, shift_change_in,
	cancel_in, members_query, requests_query, decline_in, reports_query,
	participants_query, audit_query, outbox_query, all_requests_query, notice_in,
	photo_query, similar_query, task_query;

#endif
