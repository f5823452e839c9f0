/*
 * What WhatsApp says itself, by language: who came, who went, what was deleted, what was left out.
 *
 * How a phrase is written: phrase.h. A new language is a few lines here.
 */
#include "parse/whatsapp.h"

static const struct phrase phrases[] = {
	/* English */
	{ PARSE_JOIN, "{a} created group \"{n}\"" },
	{ PARSE_JOIN, "{a} created group “{n}”" },
	{ PARSE_JOIN, "{a} created this group" },
	{ PARSE_JOIN, "{a} joined using*" },
	{ PARSE_JOIN, "{a} joined via*" },
	{ PARSE_JOIN, "{a} joined from*" },
	{ PARSE_JOIN, "{a} joined the group*" },
	{ PARSE_JOIN, "{t} was added" },
	{ PARSE_JOIN, "{t} were added" },
	{ PARSE_JOIN, "{a} added {t}" },
	{ PARSE_LEAVE, "{a} left" },
	{ PARSE_LEAVE, "{a} left the group" },
	{ PARSE_REMOVED, "{t} was removed" },
	{ PARSE_REMOVED, "{t} were removed" },
	{ PARSE_REMOVED, "{a} removed {t}" },
	{ PARSE_SYSTEM, "{a} changed the subject from * to “{n}”" },
	{ PARSE_SYSTEM, "{a} changed the subject from * to \"{n}\"" },
	{ PARSE_SYSTEM, "{a} changed the subject to “{n}”" },
	{ PARSE_SYSTEM, "{a} changed the subject to \"{n}\"" },
	{ PARSE_SYSTEM, "{a} changed the group name from * to “{n}”" },
	{ PARSE_SYSTEM, "{a} changed the group name from * to \"{n}\"" },
	{ PARSE_SYSTEM, "{a} changed the group name to “{n}”" },
	{ PARSE_SYSTEM, "{a} changed the group name to \"{n}\"" },
	{ PARSE_SYSTEM, "{a} changed the *" },
	{ PARSE_SYSTEM, "{a} changed this *" },
	{ PARSE_SYSTEM, "{a} changed their phone number*" },
	{ PARSE_RENAME, "{a} changed to {t}" },
	{ PARSE_SYSTEM, "{a} changed *" },
	{ PARSE_SYSTEM, "{a} deleted this group's icon*" },
	{ PARSE_SYSTEM, "{a} pinned a message" },
	{ PARSE_SYSTEM, "{a} updated the message timer*" },
	{ PARSE_SYSTEM, "{a} turned o* disappearing messages*" },
	{ PARSE_SYSTEM, "*end-to-end encrypted*" },
	{ PARSE_SYSTEM, "*secured with end-to-end encryption*" },
	{ PARSE_SYSTEM, "{a}'s security code*changed*" },
	{ PARSE_SYSTEM, "{a} is a contact" },
	{ PARSE_SYSTEM, "{a} started a *call*" },
	{ PARSE_SYSTEM, "Missed v*call*" },
	/* 简体 */
	{ PARSE_JOIN, "{a}创建了群组“{n}”" },
	{ PARSE_JOIN, "{a}创建了群组\"{n}\"" },
	{ PARSE_JOIN, "{a}创建了*群*" },
	{ PARSE_JOIN, "{a}建立了群组*" },
	{ PARSE_JOIN, "{a}使用*链接加入*" },
	{ PARSE_JOIN, "{a}通过*链接加入*" },
	{ PARSE_JOIN, "{a}已通过*链接加入*" },
	{ PARSE_JOIN, "{a}已添加{t}" },
	{ PARSE_JOIN, "{a}添加了{t}" },
	{ PARSE_LEAVE, "{a}已退出*" },
	{ PARSE_LEAVE, "{a}退出了*" },
	{ PARSE_LEAVE, "{a}离开了*" },
	{ PARSE_LEAVE, "{a}已离开*" },
	{ PARSE_REMOVED, "{a}已移除{t}" },
	{ PARSE_REMOVED, "{a}移除了{t}" },
	{ PARSE_REMOVED, "{a}已将{t}移除" },
	{ PARSE_REMOVED, "{a}将{t}移出*" },
	{ PARSE_SYSTEM, "{a}将*主题*更改为“{n}”" },
	{ PARSE_SYSTEM, "{a}更改了*" },
	{ PARSE_SYSTEM, "{a}已更改*" },
	{ PARSE_SYSTEM, "*端到端加密*" },
	/* 繁體 */
	{ PARSE_JOIN, "{a}建立了群組「{n}」" },
	{ PARSE_JOIN, "{a}建立了群組「{n}」" },
	{ PARSE_JOIN, "{a}已建立群組「{n}」" },
	{ PARSE_JOIN, "{a}建立了*群組*" },
	{ PARSE_JOIN, "{a}已建立*群組*" },
	{ PARSE_JOIN, "{a}使用*連結加入*" },
	{ PARSE_JOIN, "{a}透過*連結加入*" },
	{ PARSE_JOIN, "{a}已透過*連結加入*" },
	{ PARSE_JOIN, "{a}已新增{t}" },
	{ PARSE_JOIN, "{a}新增了{t}" },
	{ PARSE_JOIN, "{a}已將{t}加入*" },
	{ PARSE_JOIN, "{a}已加入{t}" },
	{ PARSE_LEAVE, "{a}已離開*" },
	{ PARSE_LEAVE, "{a}離開了*" },
	{ PARSE_LEAVE, "{a}退出了*群組" },
	{ PARSE_LEAVE, "{a}已退出*群組" },
	{ PARSE_REMOVED, "{a}已將{t}移除" },
	{ PARSE_REMOVED, "{a}將{t}移出*" },
	{ PARSE_REMOVED, "{a}已移除了{t}" },
	{ PARSE_REMOVED, "{a}已移除 {t}" },
	{ PARSE_SYSTEM, "{a}將*主題*更改為「{n}」" },
	{ PARSE_SYSTEM, "{a}更改了*" },
	{ PARSE_SYSTEM, "{a}變更了*" },
	{ PARSE_SYSTEM, "*端對端加密*" },
	/* Español */
	{ PARSE_JOIN, "{a} creó el grupo \"{n}\"" },
	{ PARSE_JOIN, "{a} creó el grupo “{n}”" },
	{ PARSE_JOIN, "{a} creó *grupo*" },
	{ PARSE_JOIN, "{a} ha creado *grupo*" },
	{ PARSE_JOIN, "{a} se unió *" },
	{ PARSE_JOIN, "{a} se ha unido *" },
	{ PARSE_JOIN, "{a} añadió a {t}" },
	{ PARSE_JOIN, "{a} ha añadido a {t}" },
	{ PARSE_JOIN, "{a} agregó a {t}" },
	{ PARSE_LEAVE, "{a} salió" },
	{ PARSE_LEAVE, "{a} salió del grupo" },
	{ PARSE_LEAVE, "{a} ha salido*" },
	{ PARSE_LEAVE, "{a} abandonó el grupo" },
	{ PARSE_REMOVED, "{a} eliminó a {t}" },
	{ PARSE_REMOVED, "{a} ha eliminado a {t}" },
	{ PARSE_SYSTEM, "{a} cambió el asunto* a \"{n}\"" },
	{ PARSE_SYSTEM, "{a} cambió el asunto* a “{n}”" },
	{ PARSE_SYSTEM, "{a} cambió *" },
	{ PARSE_SYSTEM, "{a} ha cambiado *" },
	{ PARSE_SYSTEM, "*cifrados de extremo a extremo*" },
	/* Deutsch */
	{ PARSE_JOIN, "{a} hat die Gruppe \"{n}\" erstellt" },
	{ PARSE_JOIN, "{a} hat die Gruppe „{n}“ erstellt" },
	{ PARSE_JOIN, "{a} hat d* Gruppe * erstellt" },
	{ PARSE_JOIN, "{a} ist *beigetreten" },
	{ PARSE_LEAVE, "{a} hat die Gruppe verlassen" },
	{ PARSE_LEAVE, "{a} hat verlassen" },
	{ PARSE_JOIN, "{t} wurde hinzugefügt" },
	{ PARSE_REMOVED, "{t} wurde entfernt" },
	{ PARSE_JOIN, "{a} hat {t} hinzugefügt" },
	{ PARSE_REMOVED, "{a} hat {t} entfernt" },
	{ PARSE_SYSTEM, "{a} hat den Betreff * zu „{n}“ geändert" },
	{ PARSE_SYSTEM, "{a} hat * geändert*" },
	{ PARSE_SYSTEM, "*Ende-zu-Ende-verschlüsselt*" },
	/* Português */
	{ PARSE_JOIN, "{a} criou o grupo \"{n}\"" },
	{ PARSE_JOIN, "{a} criou o grupo “{n}”" },
	{ PARSE_JOIN, "{a} criou *grupo*" },
	{ PARSE_JOIN, "{a} entrou *" },
	{ PARSE_JOIN, "{a} adicionou {t}" },
	{ PARSE_LEAVE, "{a} saiu" },
	{ PARSE_LEAVE, "{a} saiu do grupo" },
	{ PARSE_REMOVED, "{a} removeu {t}" },
	{ PARSE_JOIN, "{t} foi adicionad*" },
	{ PARSE_REMOVED, "{t} foi removid*" },
	{ PARSE_SYSTEM, "{a} mudou * para \"{n}\"" },
	{ PARSE_SYSTEM, "{a} mudou *" },
	{ PARSE_SYSTEM, "{a} alterou *" },
	{ PARSE_SYSTEM, "*criptografia de ponta a ponta*" },
	{ PARSE_SYSTEM, "*encriptadas de ponta a ponta*" },
	/* Français */
	{ PARSE_JOIN, "{a} a créé le groupe \"{n}\"" },
	{ PARSE_JOIN, "{a} a créé le groupe « {n} »" },
	{ PARSE_JOIN, "{a} a créé *groupe*" },
	{ PARSE_JOIN, "{a} avez créé *groupe*" },
	{ PARSE_JOIN, "{a} a rejoint *" },
	{ PARSE_JOIN, "{a} a ajouté {t}" },
	{ PARSE_JOIN, "{a} vous a ajouté*" },
	{ PARSE_JOIN, "{a} avez ajouté {t}" },
	{ PARSE_LEAVE, "{a} a quitté*" },
	{ PARSE_LEAVE, "{a} avez quitté*" },
	{ PARSE_LEAVE, "{a} est parti*" },
	{ PARSE_REMOVED, "{a} a retiré {t}" },
	{ PARSE_REMOVED, "{a} a supprimé {t}" },
	{ PARSE_REMOVED, "{a} avez retiré {t}" },
	{ PARSE_SYSTEM, "{a} a changé * en \"{n}\"" },
	{ PARSE_SYSTEM, "{a} a changé *" },
	{ PARSE_SYSTEM, "{a} a modifié *" },
	{ PARSE_SYSTEM, "*chiffrés de bout en bout*" },
	/* 日本語 */
	{ PARSE_JOIN, "{a}がグループ「{n}」を作成しました" },
	{ PARSE_JOIN, "{a}が*グループ*作成しました" },
	{ PARSE_JOIN, "{a}が*リンク*参加しました" },
	{ PARSE_JOIN, "{a}が参加しました" },
	{ PARSE_JOIN, "{a}が{t}を追加しました" },
	{ PARSE_LEAVE, "{a}が退出しました" },
	{ PARSE_LEAVE, "{a}が退会しました" },
	{ PARSE_LEAVE, "{a}がグループを退*" },
	{ PARSE_REMOVED, "{a}が{t}を削除しました" },
	{ PARSE_REMOVED, "{a}が{t}を退出させました" },
	{ PARSE_SYSTEM, "{a}が件名を*「{n}」に変更しました" },
	{ PARSE_SYSTEM, "{a}が*変更しました" },
	{ PARSE_SYSTEM, "*エンドツーエンド*暗号化*" },
	/* 한국어 */
	{ PARSE_JOIN, "{a}님이 그룹 \"{n}\"을 만들었습니다" },
	{ PARSE_JOIN, "{a}님이 \"{n}\" 그룹을 만들었습니다" },
	{ PARSE_JOIN, "{a}님이 *그룹*만들*" },
	{ PARSE_JOIN, "{a}님이 *링크*참*" },
	{ PARSE_JOIN, "{a}님이 {t}님을 추가했습니다" },
	{ PARSE_JOIN, "{a}님이 {t}을 추가했습니다" },
	{ PARSE_LEAVE, "{a}님이 나갔습니다" },
	{ PARSE_LEAVE, "{a}님이 그룹을 나갔습니다" },
	{ PARSE_LEAVE, "{a}님이 퇴장했습니다" },
	{ PARSE_REMOVED, "{a}님이 {t}님을 내보냈습니다" },
	{ PARSE_REMOVED, "{a}님이 {t}님을 삭제했습니다" },
	{ PARSE_REMOVED, "{a}님이 {t}님을 강퇴했습니다" },
	{ PARSE_SYSTEM, "{a}님이 *변경했습니다" },
	{ PARSE_SYSTEM, "*종단*암호화*" },
};

bool whatsapp_system(struct str text, struct phrase_said *out)
{
	struct phrase_said said;
	if (!phrase_find(phrases, COUNT_OF(phrases), text, &said))
		return false;
	/* Only a number is a new name; "Ann changed to …" else is the talk of the system. */
	if (said.kind == PARSE_RENAME && !str_starts(said.target, STR("+")))
		said.kind = PARSE_SYSTEM;
	*out = said;
	return true;
}

static bool is_one_of(struct str text, const char *const *list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (str_eq(text, str_of(list[i])))
			return true;
	return false;
}

bool whatsapp_is_recall(struct str text)
{
	static const char *const lines[] = { "This message was deleted", "You deleted this message",
		"This message was deleted by admin", "此消息已被删除", "此消息已删除", "您已删除此消息",
		"你已删除此消息", "你删除了这条消息", "您删除了这条消息", "此訊息已刪除", "此訊息已被刪除",
		"您已刪除此訊息", "你已刪除此訊息", "你刪除了此訊息", "Se eliminó este mensaje",
		"Eliminaste este mensaje", "Este mensaje fue eliminado", "Diese Nachricht wurde gelöscht",
		"Du hast diese Nachricht gelöscht", "Mensagem apagada", "Esta mensagem foi apagada",
		"Você apagou esta mensagem", "Eliminou esta mensagem", "Ce message a été supprimé",
		"Vous avez supprimé ce message", "このメッセージは削除されました", "メッセージを削除しました",
		"このメッセージを削除しました", "이 메시지는 삭제되었습니다", "삭제된 메시지입니다",
		"메시지를 삭제했습니다", "이 메시지를 삭제했습니다" };
	text = phrase_bare(text);
	return text.n < 100 && is_one_of(text, lines, COUNT_OF(lines));
}

bool whatsapp_is_media(struct str text, struct str *out_caption)
{
	static const char *const attached[] = { "(file attached)", "(檔案已附加)", "(附加檔案)", "(文件附件)",
		"(文件已附加)", "(archivo adjunto)", "(Datei angehängt)", "(arquivo anexado)", "(ficheiro anexado)",
		"(fichier joint)", "(ファイル添付済み)", "(添付ファイル)", "(파일 첨부됨)" };
	static const char *const before[] = { "<attached:", "<附件",
		"<adjunto:", "<Anhang:", "<anexado:", "<pièce jointe", "<添付ファイル", "<첨부" };
	static const char *const left_out[] = { "omitted", "略去", "省略", "已忽略", "omitido", "omitida",
		"ausgeschlossen", "weggelassen", "omis", "absent", "oculto", "oculta", "ocultado", "除外", "생략" };
	struct str rest = text, first = { NULL, 0 };
	(void)str_cut(&rest, '\n', &first);
	first = text_trim(first);
	*out_caption = rest.p != NULL ? text_trim(rest) : (struct str){ NULL, 0 };
	for (size_t i = 0; i < COUNT_OF(attached); i++)
		if (str_ends(first, str_of(attached[i])))
			return true;
	for (size_t i = 0; i < COUNT_OF(before); i++) {
		ptrdiff_t at = str_find(first, str_of(before[i]));
		if (at < 0 || !str_ends(first, STR(">")))
			continue;
		if (at > 0)
			*out_caption = text_trim(str_first(first, (size_t)at));
		return true;
	}
	if (rest.n > 0 || first.n > 60)
		return false;
	/* "<Media omitted>" on Android; "image omitted", two words and no more, on iPhones. */
	bool angled = str_starts(first, STR("<")) && str_ends(first, STR(">"));
	size_t words = 1;
	for (size_t i = 0; i < first.n; i++)
		words += first.p[i] == ' ';
	for (size_t i = 0; i < COUNT_OF(left_out); i++)
		if (str_find(first, str_of(left_out[i])) >= 0 &&
			(angled || (words <= 3 && str_ends(first, str_of(left_out[i])))))
			return true;
	return str_eq(first, STR("null"));
}

bool whatsapp_is_you(struct str name)
{
	static const char *const you[] = { "You", "you", "您", "你", "Tú", "Usted", "Du", "dich", "Dich", "Você",
		"você", "Vous", "vous", "あなた", "회원" };
	return is_one_of(text_trim(name), you, COUNT_OF(you));
}

struct str whatsapp_file_title(struct str file_name)
{
	static const char *const before[] = { "WhatsApp Chat with ", "WhatsApp Chat - ", "WhatsApp-Chat mit ",
		"Chat de WhatsApp con ", "Conversa do WhatsApp com ", "Discussion WhatsApp avec ", "WhatsApp Chat mit ",
		"WhatsApp 对话 - ", "WhatsApp 聊天 - ", "WhatsApp 對話 - " };
	static const char *const behind[] = { ".txt", ".zip", ".zst", "的 WhatsApp 聊天", "的 WhatsApp 聊天记录",
		"的 WhatsApp 對話", "的WhatsApp对话", "とのトーク" };
	struct str title = file_name;
	for (size_t i = 0; i < COUNT_OF(behind); i++)
		if (str_ends(title, str_of(behind[i])) && title.n > strlen(behind[i]))
			title = str_first(title, title.n - strlen(behind[i]));
	/* "… (1)", as browsers name the second download. */
	if (title.n > 4 && title.p[title.n - 1] == ')' && title.p[title.n - 3] == '(' && title.p[title.n - 4] == ' ')
		title.n -= 4;
	for (size_t i = 0; i < COUNT_OF(before); i++)
		if (str_starts(title, str_of(before[i])) && title.n > strlen(before[i]))
			return str_from(title, strlen(before[i]));
	return title;
}
