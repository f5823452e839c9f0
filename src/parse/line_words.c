/*
 * What LINE says itself, by language: who came, who went, what was taken back, what was sent that is no text; and how
 * it calls a chat's file. How a phrase is written: phrase.h. A new language is a few lines here.
 */
#include "parse/line.h"
#include "parse/scan.h"

static const struct phrase phrases[] = {
	/* English */
	{ PARSE_JOIN, "{a} joined the group" },
	{ PARSE_JOIN, "{a} joined the chat" },
	{ PARSE_JOIN, "{a} added {t} to the group*" },
	{ PARSE_LEAVE, "{a} left the group" },
	{ PARSE_LEAVE, "{a} left the chat" },
	{ PARSE_REMOVED, "{a} removed {t} from the group*" },
	{ PARSE_RECALL, "{a} unsent a message" },
	{ PARSE_SYSTEM, "{a} invited {t} to the group*" },
	{ PARSE_SYSTEM, "{a} changed the group name to \"{n}\"" },
	{ PARSE_SYSTEM, "{a} changed the group*" },
	{ PARSE_SYSTEM, "{a} made an announcement*" },
	/* 简体 */
	{ PARSE_JOIN, "{a}已加入该群" },
	{ PARSE_JOIN, "{a}加入了该群" },
	{ PARSE_JOIN, "{a}加入了群组" },
	{ PARSE_JOIN, "{a}已将{t}添加至群*" },
	{ PARSE_JOIN, "{a}已将{t}添加到群*" },
	{ PARSE_REMOVED, "{a}已将{t}移出*" },
	{ PARSE_REMOVED, "{a}将{t}移出*" },
	{ PARSE_LEAVE, "{a}已退群" },
	{ PARSE_LEAVE, "{a}已退出该群" },
	{ PARSE_RECALL, "{a}撤回了一条消息" },
	{ PARSE_RECALL, "{a}已撤回消息" },
	{ PARSE_SYSTEM, "{a}已邀请*" },
	{ PARSE_SYSTEM, "{a}发布了通告*" },
	/* 繁體 */
	{ PARSE_JOIN, "{a}已加入群組" },
	{ PARSE_JOIN, "{a}加入群組" },
	{ PARSE_JOIN, "{a}已加入聊天" },
	{ PARSE_JOIN, "{a}加入聊天" },
	{ PARSE_JOIN, "{a}已新增{t}至群組" },
	{ PARSE_JOIN, "{a}已將{t}加入群組" },
	{ PARSE_REMOVED, "{a}已讓{t}退出群組" },
	{ PARSE_REMOVED, "{a}已將{t}退出群組" },
	{ PARSE_REMOVED, "{a}已將{t}移出*" },
	{ PARSE_LEAVE, "{a}已離開群組" },
	{ PARSE_LEAVE, "{a}離開群組" },
	{ PARSE_LEAVE, "{a}已退出群組" },
	{ PARSE_LEAVE, "{a}離開聊天" },
	{ PARSE_RECALL, "{a}已收回訊息" },
	{ PARSE_RECALL, "{a}收回了訊息" },
	{ PARSE_SYSTEM, "{a}已邀請*" },
	{ PARSE_SYSTEM, "{a}已取消*邀請" },
	{ PARSE_SYSTEM, "{a}已設定公告*" },
	{ PARSE_SYSTEM, "{a}*群組名稱*「{n}」*" },
	/* 日本語 */
	{ PARSE_JOIN, "{a}がグループに参加しました" },
	{ PARSE_JOIN, "{a}がトークに参加しました" },
	{ PARSE_JOIN, "{a}が参加しました" },
	{ PARSE_JOIN, "{a}が{t}をグループに追加しました" },
	{ PARSE_REMOVED, "{a}が{t}をグループから退会させました" },
	{ PARSE_REMOVED, "{a}が{t}をグループから削除しました" },
	{ PARSE_REMOVED, "{a}が{t}を退会させました" },
	{ PARSE_LEAVE, "{a}がグループを退会しました" },
	{ PARSE_LEAVE, "{a}がグループを退出しました" },
	{ PARSE_LEAVE, "{a}が退会しました" },
	{ PARSE_LEAVE, "{a}が退出しました" },
	{ PARSE_RECALL, "{a}がメッセージの送信を取り消しました" },
	{ PARSE_RECALL, "{a}が送信を取り消しました" },
	{ PARSE_SYSTEM, "{a}が{t}をグループに招待しました" },
	{ PARSE_SYSTEM, "{a}がグループ名を「{n}」に変更しました" },
	{ PARSE_SYSTEM, "{a}が*変更しました" },
	{ PARSE_SYSTEM, "{a}がアナウンスしました*" },
	/* 한국어 */
	{ PARSE_JOIN, "{a}님이 그룹에 참여했습니다" },
	{ PARSE_JOIN, "{a}님이 참여했습니다" },
	{ PARSE_REMOVED, "{a}님이 {t}님을 그룹에서 내보냈습니다" },
	{ PARSE_REMOVED, "{a}님이 {t}님을 내보냈습니다" },
	{ PARSE_LEAVE, "{a}님이 그룹을 나갔습니다" },
	{ PARSE_LEAVE, "{a}님이 나갔습니다" },
	{ PARSE_RECALL, "{a}님이 메시지 전송을 취소했습니다" },
	{ PARSE_SYSTEM, "{a}님이 {t}님을 그룹에 초대했습니다" },
	/* ไทย */
	{ PARSE_JOIN, "{a} เข้าร่วมกลุ่ม*" },
	{ PARSE_LEAVE, "{a} ออกจากกลุ่ม*" },
	{ PARSE_RECALL, "{a} ยกเลิกข้อความ*" },
};

bool line_system(struct str text, struct phrase_said *out)
{
	return phrase_find(phrases, COUNT_OF(phrases), text, out);
}

bool line_is_recall(struct str text)
{
	text = phrase_bare(text);
	return str_eq(text, STR("Message unsent")) || str_eq(text, STR("メッセージの送信を取り消しました"));
}

/* ---- what is no text ---- */

static const char *const marks[] = { "[Photo]", "[Video]", "[Voice message]", "[File]", "[Sticker]", "[Location]",
	"[Contact]", "[Album]", "[照片]", "[视频]", "[语音信息]", "[文件]", "[贴图]", "[位置]", "[名片]", "[影片]", "[語音訊息]",
	"[檔案]", "[貼圖]", "[聯絡資訊]", "[相簿]", "[写真]", "[動画]", "[ボイスメッセージ]", "[ファイル]", "[スタンプ]", "[位置情報]",
	"[連絡先]", "[アルバム]", "[사진]", "[동영상]", "[음성 메시지]", "[파일]", "[스티커]", "[위치 정보]", "[รูป]", "[วิดีโอ]",
	"[สติกเกอร์]" };
/* As computers write them. */
static const char *const bare[] = { "Photos", "Videos", "Audio", "Stickers", "Photo", "Video", "Sticker", "スタンプ",
	"写真", "動画", "画像", "圖片", "貼圖", "影片", "图片", "贴图", "视频" };

static bool is_one_of(struct str text, const char *const *list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (str_eq(text, str_of(list[i])))
			return true;
	return false;
}

bool line_is_media(struct str text)
{
	text = text_trim(text);
	/* a place: "[null] https://maps.google.com/…" */
	return is_one_of(text, marks, COUNT_OF(marks)) || is_one_of(text, bare, COUNT_OF(bare)) ||
		(str_starts(text, STR("[null]")) && str_find(text, STR("maps.google")) >= 0);
}

bool line_is_call(struct str text)
{
	return str_starts(text_trim(text), STR("☎"));
}

/* ---- titles ---- */

bool line_title(struct str line, struct str *out_name)
{
	static const struct phrase titles[] = { { PARSE_SYSTEM, "Chat history in {n}" },
		{ PARSE_SYSTEM, "Chat history with {n}" }, { PARSE_SYSTEM, "{n}とのトーク履歴" },
		{ PARSE_SYSTEM, "{n}のトーク履歴" }, { PARSE_SYSTEM, "{n}とのトーク" }, { PARSE_SYSTEM, "{n}のトーク" },
		{ PARSE_SYSTEM, "与{n}的聊天记录" }, { PARSE_SYSTEM, "{n}的聊天记录" }, { PARSE_SYSTEM, "與{n}的聊天記錄" },
		{ PARSE_SYSTEM, "{n}的聊天記錄" }, { PARSE_SYSTEM, "與{n}的聊天" } };
	struct phrase_said said;
	line = text_trim(line);
	bool marked = scan_text(&line, STR("[LINE]"));
	line = text_trim(line);
	bool known = phrase_find(titles, COUNT_OF(titles), line, &said);
	/* without the mark a line must be all that such a line is: a text could end in 的聊天记录 */
	if (!marked && !(known && str_starts(line, STR("Chat history "))))
		return false;
	*out_name = known ? said.title : line;
	return true;
}
