/* The list of everything that can be asked. */
#include "api/api_private.h"
#include "live/live.h"

const struct entry *const api_entries[] = {
	&health_entry, &openapi_entry, &site_get_entry, &site_set_entry,
	&me_get_entry, &me_set_entry, &me_password_entry, &session_add_entry, &sessions_list_entry, &session_current_entry, &session_end_current_entry, &session_end_entry,
	&enter_look_entry, &enter_entry, &device_link_add_entry, &device_link_get_entry, &device_link_answer_entry,
	&group_list_entry, &group_add_entry, &group_get_entry, &group_set_entry, &group_names_entry, &group_log_entry, &group_leave_entry,
	&group_mute_entry, &group_pin_entry, &group_hand_on_entry, &me_data_entry, &me_counts_entry, &me_delete_entry,
	&member_list_entry, &member_get_entry, &member_role_entry, &member_remove_entry, &member_link_entry,
	&request_list_entry, &request_settle_entry,
	&invitation_list_entry, &invitation_add_entry, &invitation_get_entry, &invitation_set_entry, &join_look_entry, &join_entry,
	&chat_page_entry, &chat_post_entry, &chat_recall_entry, &chat_remove_entry, &chat_reads_entry, &chat_read_entry, &chat_events_entry,
	&packet_terms_entry, &packet_send_entry, &packet_grab_entry, &packet_get_entry, &packet_list_entry, &packet_open_entry, &packet_board_entry,
	&group_dissolve_entry, &wallet_get_entry, &wallet_lines_entry, &grant_entry, &packet_rule_get_entry, &packet_rule_set_entry,
	&ledger_roots_entry, &wallet_proof_entry,
	&picture_add_entry, &picture_thumb_entry, &picture_original_entry,
	&history_page_entry, &history_authors_entry, &history_claim_entry, &history_claim_answer_entry,
	&drop_add_entry, &drop_get_entry, &drop_set_entry, &drop_report_entry, &drop_report_html_entry, &drop_keep_entry, &drop_stop_entry,
	&drop_delete_entry, &thermometer_list_entry, &thermometer_group_entry, &thermometer_hosted_entry, &thermometer_page_entry,
	&today_entry, &remedy_list_entry, &remedy_worked_entry, &remedy_act_entry, &remedy_undo_entry, &remedy_done_entry,
	&roster_list_entry, &roster_add_entry, &roster_remove_entry,
	&operator_enter_entry,
	&live_follow_entry,
	NULL,
};
