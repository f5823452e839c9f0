/* Shared inside api: rules about groups, shapes that several subjects use, writers for them. */
#ifndef HEARTH_API_PRIVATE_H
#define HEARTH_API_PRIVATE_H

#include "api/api.h"
#include "chat/chat.h"
#include "group/group.h"
#include "people/people.h"

/* ---- rules (may.c). A group one is not in is answered as if there were none. ---- */
enum err may_member(struct req *r);       /* in the path's "group" */
enum err may_have_been(struct req *r);    /* in it, or out of it but once in: history stays readable */
enum err may_steward(struct req *r);      /* owner or steward */
enum err may_owner(struct req *r);
enum err may_invite(struct req *r);
enum err may_site_owner(struct req *r);
enum err may_found(struct req *r);        /* the site's owner, or everybody where he said so */
/* The membership that the rule found. Only after one of the rules above about a group. */
struct membership api_membership(const struct req *r);

/* ---- shapes ---- */
extern const struct shape api_empty_shape, api_me_shape, api_group_shape, api_group_whole_shape, api_picture_shape, api_number_at_shape, api_my_counts_shape;
#define PATH_GROUP { "group", FIELD_INT, FIELD_PATH, 1, INT64_MAX }
#define PATH_ACCOUNT { "account", FIELD_INT, FIELD_PATH, 1, INT64_MAX }
#define QUERY_LIMIT(most) { "limit", FIELD_INT, FIELD_QUERY, 1, most }

/* ---- writers ---- */
void api_write_empty(struct req *r);
enum err api_write_me(struct req *r);
enum err api_write_signed_in(struct req *r); /* a new sign-in of r->account, and who it is */
enum err api_write_my_counts(struct req *r); /* what is counted of r->account */
void api_write_time_or_null(struct json_out *j, const char *key, int64_t us);
void api_write_person_or_null(struct json_out *j, const char *key, int64_t id, struct str name);
void api_write_picture(struct json_out *j, const struct chat_picture *p);
enum err api_write_group_whole(struct req *r, int64_t group);
/* The link of the site: public_url and what follows; in the request's arena. */
enum err api_url(struct req *r, const char *path, struct str code, struct str *out_url);
/* "qr": an SVG text. */
enum err api_write_qr(struct req *r, struct json_out *j, struct str url);
/* A session for account: the cookie, and its token as a member of the open object. */
enum err api_sign_in(struct req *r, int64_t account);

/* Remove a picture's files. */
void api_picture_remove(struct serve *s, struct str file);

/* Texts of a list field, in order. */
enum err api_texts(const struct req *r, const char *field, size_t most, struct str out[], size_t *out_count);

/* ---- the entries, by file ---- */
extern const struct entry me_get_entry, me_set_entry, me_password_entry, sessions_list_entry, session_current_entry, session_add_entry, session_end_entry,
	session_end_current_entry, enter_look_entry, enter_entry, device_link_add_entry, device_link_get_entry, device_link_answer_entry;
extern const struct entry group_list_entry, group_add_entry, group_get_entry, group_set_entry, group_log_entry, group_names_entry;
extern const struct entry member_list_entry, member_get_entry, member_role_entry, member_remove_entry, member_link_entry, group_leave_entry,
	group_mute_entry, group_pin_entry, chat_read_entry, request_list_entry, request_settle_entry;
extern const struct entry invitation_list_entry, invitation_add_entry, invitation_get_entry, invitation_set_entry, join_look_entry, join_entry;
extern const struct entry chat_page_entry, chat_post_entry, chat_recall_entry, chat_remove_entry, chat_reads_entry, chat_events_entry;
extern const struct entry packet_terms_entry, packet_send_entry, packet_grab_entry, packet_get_entry, packet_list_entry, packet_open_entry,
	packet_board_entry, group_dissolve_entry, wallet_get_entry, wallet_lines_entry, grant_entry, packet_rule_get_entry, packet_rule_set_entry,
	ledger_roots_entry, wallet_proof_entry;
extern const struct entry picture_add_entry, picture_thumb_entry, picture_original_entry;
extern const struct entry group_hand_on_entry, me_data_entry, me_delete_entry, me_counts_entry;
extern const struct entry site_get_entry, site_set_entry, health_entry, openapi_entry;

/* History brought in from elsewhere, dropped files, the thermometer. */
extern const struct entry history_page_entry, history_authors_entry, history_claim_entry, history_claim_answer_entry;
extern const struct entry drop_add_entry, drop_get_entry, drop_set_entry, drop_report_entry, drop_report_html_entry, drop_keep_entry,
	drop_stop_entry, drop_delete_entry, thermometer_list_entry, thermometer_group_entry, thermometer_hosted_entry, thermometer_page_entry,
	operator_enter_entry;
extern const struct entry today_entry, remedy_list_entry, remedy_worked_entry, remedy_act_entry, remedy_undo_entry, remedy_done_entry;
extern const struct entry roster_list_entry, roster_add_entry, roster_remove_entry; /* member lists, of groups that live elsewhere */

#endif
