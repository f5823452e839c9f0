/*
 * Every refusal there is, with its words. Three parts: what happened, what still stands, what to do.
 * The slug is stable: programs may rely on it.
 */
#include <stdio.h>

#include "serve/serve_private.h"

static const struct problem problems[] = {
	{ "not-signed-in", 401, "You are not signed in here", "还没有登录",
		"Open your sign-in link on this device, or scan the QR code shown on another one of yours.",
		"在这台设备上打开登录链接，或扫一扫你另一台设备上的二维码。" },
	{ "wrong-password", 401, "Name and password do not fit", "名字和密码对不上",
		"Nothing was changed. Check both, or sign in from another device of yours.", "什么都没变。再看一眼，或用你的另一台设备登录。" },
	{ "not-found", 404, "There is no such thing here", "这里没有这个", "It may have been removed, or it is not for you to see.",
		"可能已经移走了，或者不归你看。" },
	{ "wrong-method", 405, "This cannot be done here", "这里不能这样做", "The address is right, the method is not.", "地址没错，方法不对。" },
	{ "forbidden", 403, "This is not yours to do", "这件事不归你做", "Ask the group's owner.", "可以请群主来做。" },
	{ "only-owner", 403, "Only the owner can do this", "只有群主能做这件事", "Nothing was changed.", "什么都没变。" },
	{ "foreign-origin", 403, "This came from another site", "这个请求来自别的网站",
		"Nothing was done. Open the page itself and try again there.", "什么都没做。请在本站页面上再试。" },
	{ "too-long", 400, "This is too long", "太长了", "Nothing was lost. Shorten it and send it again.", "写的都在。删短一些再发。" },
	{ "too-short", 400, "This is too short", "太短了", "Write a little more.", "再多写一点。" },
	{ "too-many", 400, "There are too many of them", "太多了", "Take some away.", "去掉几个再试。" },
	{ "required", 400, "Something is missing here", "这里还没填", "Fill it in and send it again.", "填上再发。" },
	{ "wrong-type", 400, "This is of another kind than expected", "这里要填的不是这一类", "Look at the description of this field.", "看看这一项该填什么。" },
	{ "not-one-of", 400, "This is none of the choices", "不在可选的里面", "Choose one of those named.", "从列出的里面选一个。" },
	{ "unknown-field", 400, "There is no field of this name", "没有这一项", "Leave it out, or check its spelling.", "去掉它，或看看是不是写错了。" },
	{ "out-of-range", 400, "This number is out of range", "数目不在范围内", "Choose one between the two limits.", "在上下限之间选一个。" },
	{ "not-utf8", 400, "This text is not UTF-8", "文字不是 UTF-8", "Send it again in UTF-8, without a zero character.", "请用 UTF-8 再发一次，不带零字符。" },
	{ "control-characters", 400, "This text holds control characters", "文字里有控制字符", "Take them out and send it again.", "去掉后再发。" },
	{ "bad-json", 400, "This is not the JSON expected", "读不懂这段 JSON", "Nothing was done. The place is given in bytes.", "什么都没做。位置按字节给出。" },
	{ "too-big", 413, "This is too big", "太大了", "Nothing was kept. Choose a smaller one.", "没有留下。换一个小一点的。" },
	{ "head-too-big", 431, "The request's head is too big", "请求头太大", "Clear this site's cookies and try again.", "清掉本站的 cookie 再试。" },
	{ "slow-down", 429, "Too fast", "太快了", "What you wrote is still there. Wait a moment and try again.", "写的都在。过一会儿再试。" },
	{ "conflict", 409, "This was done already, differently", "这件事已经用别的内容做过了",
		"The same id was sent before with other content; that first one stands.", "同一个编号先前发过不同的内容，以先前的为准。" },
	{ "login-taken", 409, "Somebody has this sign-in name", "这个登录名有人用了", "Choose another one.", "换一个。" },
	{ "password-needed", 403, "Your present password is needed", "要先填现在的密码", "Nothing was changed.", "什么都没变。" },
	{ "gone-link", 410, "This link is used or expired", "这个链接用过了或过期了", "Ask for a new one.", "请再要一个。" },
	{ "gone-invitation", 410, "This invitation has expired or is used up", "这个邀请过期了或用完了",
		"Ask somebody in the group for a new one.", "请群里的人再发一个。" },
	{ "group-full", 409, "This group is full", "这个群满了", "You can join its sister group, where it has one.", "有姐妹群的话，可以进姐妹群。" },
	{ "not-in", 403, "The owner has not let you in this time", "群主这次没有同意", "You can ask him yourself.", "可以当面问问他。" },
	{ "left-group", 403, "You are no longer in this group", "你已经不在这个群里", "What you read before is still readable.", "以前读过的还能看。" },
	{ "too-late", 403, "Two minutes have passed", "过了两分钟，撤不回了", "The owner or a steward can still remove it.", "群主或管理员还能移除。" },
	{ "not-yours", 403, "This is not your message", "这不是你说的话", "Only its author can take it back.", "只有说的人能撤回。" },
	{ "no-such-message", 404, "There is no such message in this group", "这个群里没有这条消息", "It may have been taken back.", "可能已经撤回了。" },
	{ "empty-message", 400, "There is nothing in this message", "还没写字", "Write something or add a picture.", "写点什么，或加一张图片。" },
	{ "not-a-picture", 415, "This is not a picture we can show", "认不出这张图片", "JPEG, PNG, WebP and GIF can be shown.", "可以用 JPEG、PNG、WebP 和 GIF。" },
	{ "picture-too-big", 413, "The picture is too big", "图片太大", "20 MB and 100 megapixels are the most.", "最多 20 MB、一亿像素。" },
	{ "owner-stays", 403, "The owner cannot leave his group", "群主不能退出自己的群", "Hand the group on first.", "先把群交给别人。" },
	{ "not-a-member", 409, "This is not another member of the group", "这不是群里的另一位", "Choose somebody who is in it now.", "请选一位现在在群里的人。" },
	{ "hand-on-first", 409, "A group of yours has members", "你的群里还有别人", "Nothing was deleted. Hand the group on first.", "什么都没删。先把群交给别人。" },
	{ "site-owner-stays", 403, "This account runs the site", "这个账号管着本站", "Nothing was deleted. A site cannot be without its owner.",
		"什么都没删。本站不能没有站主。" },
	{ "no-funds", 409, "There are not so many points in your wallet", "积分不够", "Nothing was sent. Make the sum smaller.", "没有发出去。把总数改小一点。" },
	{ "promise-changed", 409, "Another packet of yours was sent meanwhile", "你刚在别处也发了一个", "Nothing was sent. Send it again with the new commitment.",
		"没有发出去。用新的承诺值再发一次。" },
	{ "packet-terms", 400, "A share would be outside the limits", "每份的数目不在范围里", "Nothing was sent. Change the sum or the number of shares.",
		"没有发出去。改一改总数或份数。" },
	{ "too-many-packets", 409, "Many red packets are open in this group", "群里没拆完的红包太多了", "Nothing was sent. Wait until some are over.",
		"没有发出去。等前面的拆完再发。" },
	{ "last-way-in", 403, "This is your only way in", "这是你唯一的登录方式", "Add another device or a password first.", "先再添一台设备，或设一个密码。" },
	{ "storage-full", 507, "The disk is full", "磁盘满了", "Nothing was kept. Tell who runs this server.", "没有留下。请告诉管服务器的人。" },
	{ "strange-file", 422, "This file was not recognised", "没认出这个文件", "See which formats can be read.", "看看能读哪些格式。" },
	{ "working-on-it", 503, "This is being worked out", "正在算", "It is a large group. Look again in a minute.", "群大，要算一会儿。过一分钟再看。" },
	{ "not-ready", 409, "This file is still being read", "文件还在读", "Wait until it is done.", "等它读完。" },
	{ "empty-file", 400, "This file is empty", "这个文件是空的", "Nothing was kept. Export it once more.", "没有留下。再导出一次试试。" },
	{ "asks-first", 409, "This file has a question first", "这个文件还有一处要先问清", "Answer it, then keep the group.", "先回答，再留下这个群。" },
	{ "unknown-zone", 400, "No time zone of this name is known", "没有这个时区", "Write it like Asia/Shanghai or +08:00.",
		"写成 Asia/Shanghai 或 +08:00 这样。" },
	{ "too-many-files", 409, "There are many files of yours here already", "你放在这里的文件已经很多了",
		"Take some away, or wait: each goes by itself after a day.", "拿走几个，或等一等：每个文件一天后自己消失。" },
	{ "name-claimed", 409, "Somebody else has said that this is him", "已经有人说这个名字是他", "The group's owner can settle it.",
		"可以请群主来定。" },
	{ "bad-request", 400, "The request was not understood", "没看懂这个请求", "Nothing was done.", "什么都没做。" },
	{ "too-slow", 408, "The request took too long to arrive", "请求来得太慢", "Nothing was done. Try again.", "什么都没做。再试一次。" },
	{ "address-too-long", 414, "The address is too long", "地址太长", "Nothing was done.", "什么都没做。" },
	{ "not-supported", 501, "The server does not do this", "服务器不会这个", "Nothing was done.", "什么都没做。" },
	{ "busy", 503, "The server is busy", "服务器正忙", "What you wrote is still there. Try again in a moment.", "写的都在。过一会儿再试。" },
	{ "server", 500, "Something broke on the server, not by you", "服务器出了问题，不是你的错", "What you wrote is still there.", "你写的都在。" },
};

const struct problem *problem_find(const char *slug)
{
	for (size_t i = 0; i < COUNT_OF(problems); i++)
		if (strcmp(problems[i].slug, slug) == 0)
			return &problems[i];
	assert(!"a problem without words");
	return NULL;
}

int serve_problem(const char *slug, bool chinese, struct buf *out)
{
	const struct problem *p = problem_find(slug);
	problem_print(p, chinese, STR(""), STR(""), STR(""), out);
	return p->status;
}

void problem_print(const struct problem *p, bool chinese, struct str field, struct str detail, struct str extra, struct buf *out)
{
	struct json_out j = JSON_OUT(out);
	json_open(&j);
	char type[64];
	int n = snprintf(type, sizeof type, "/problems/%s", p->slug);
	json_key_text(&j, "type", (struct str){ type, (size_t)n });
	json_key_text(&j, "title", str_of(chinese ? p->title_zh : p->title_en));
	json_key_int(&j, "status", p->status);
	json_key_text(&j, "detail", detail.n ? detail : str_of(chinese ? p->detail_zh : p->detail_en));
	if (field.n)
		json_key_text(&j, "field", field);
	buf_add(out, extra);
	json_close(&j);
}
