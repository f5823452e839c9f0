/* WORD(name, Chinese, English). Chinese is written first; English says the same; neither is translated word by word. */
WORD(hearth, "围炉", "Hearth")
WORD(warmth, "群温", "Warmth")
WORD(all_groups, "{n} 个群", "{n} groups")
WORD(at, "看到 {date}为止", "As of {date}")
WORD(nobody_spoke, "这个群里还没有人说过话。", "Nobody has spoken in this group yet.")
WORD(nothing_read, "文件里没有群。", "There is no group in the file.")

WORD(warming, "升温", "Warming")
WORD(steady, "平稳", "Steady")
WORD(cooling, "降温", "Cooling")
WORD(quiet, "安静", "Quiet")
WORD(unknown_stage, "看不出来", "Can't tell yet")
WORD(is_warmer_little, "这个群比平常热了一些", "This group is a little warmer than its usual")
WORD(is_warmer_much, "这个群比平常热了不少", "This group is a good deal warmer than its usual")
WORD(is_steady, "这个群和平常差不多", "This group is about as warm as its usual")
WORD(is_cooler_little, "这个群比平常凉了一些", "This group is a little cooler than its usual")
WORD(is_cooler_much, "这个群比平常凉了不少", "This group is a good deal cooler than its usual")
WORD(is_quiet, "这个群安静下来了", "This group has gone quiet")
WORD(is_unknown, "现在还看不出来", "Can't tell yet")
WORD(quiet_since, "最后一句话是 {date}说的，到现在 {n} 天。", "The last word was on {date}, {n} days ago.")
WORD(amount, "最近 12 周，群里的话大约是平常的 {p}%（{low}–{high}%）。",
	"In the last 12 weeks the group talked about {p}% as much as usual ({low}–{high}%).")
WORD(amount_note, "这是和这个群自己的过去比，不是给你打分。", "This compares the group with its own past. It is not a mark for you.")
WORD(too_young, "历史还短：要有 {n} 周，才知道什么是平常。现在有 {have} 周。",
	"The history is short: it takes {n} weeks to know what is usual. There are {have}.")
WORD(too_few, "前一年的话太少，说不上什么是平常。", "There was too little talk in the year before to say what is usual.")
WORD(too_uneven, "每周的话起落很大，还分不清是凉了还是碰巧。", "The weeks are very uneven: cooling and chance cannot be told apart yet.")

WORD(facts, "{first}到 {last}，{messages} 条消息，{members} 人说过话。", "{first} to {last}: {messages} messages, {members} people spoke.")
WORD(facts_bots, "{n} 个机器人的 {m} 条另计。", "{m} messages by {n} bots are counted apart.")
WORD(facts_bot_one, "1 个机器人的 {m} 条另计。", "{m} messages by one bot are counted apart.")
WORD(later, "{n} 条记录在这一天以后，没有算进来。", "{n} records are of that day or later and were left out.")

WORD(curve, "一周一周地看", "Week by week")
WORD(curve_usual, "每周的话，占平常的百分之几。灰色的带子是平常一周的范围。",
	"Talk per week in % of the usual. The grey band is where usual weeks lie.")
WORD(curve_plain, "每周有多少条消息。", "Messages per week.")
WORD(curve_text, "{from}到 {to}每周消息的曲线，最后四周平均每周 {now} 条。",
	"A line of the messages per week from {from} to {to}; {now} a week in the last four.")
WORD(usual, "平常", "usual")
WORD(as_table, "看表格", "Show as a table")
WORD(how, "怎么算的", "How this is worked out")
WORD(week_of, "周一", "Monday")
WORD(messages, "消息", "Messages")
WORD(speakers, "说话的人", "Speakers")
WORD(of_usual, "占平常 %", "% of usual")
WORD(weeks_left_out, "只列最近 {n} 周；更早的在 JSON 里。", "Only the last {n} weeks are listed; the JSON has all.")
WORD(how_level,
	"平常：最近 12 周以前的一年里（至少 24 周），每连着 12 周的周平均排在一起，取中间那个，这里是每周 {usual} 条。"
	"括号里是 95% 的范围：把那一年的周按六周一块重新拼成 12 周，看碰巧能差多少。"
	"范围整个在 100% 以下才叫降温，整个在 100% 以上才叫升温。灰带：平常的周里，十周有八周在其中。",
	"The usual: of the year before the last 12 weeks (24 weeks at least), the median of the weekly means of all runs of 12 "
	"weeks; here {usual} messages a week. In brackets the 95% range: runs of 12 weeks put together from that year in blocks "
	"of six show how far chance alone goes. It is called cooling only when the whole range is below 100%, warming only when "
	"it is above. Grey band: eight of ten usual weeks lie in it.")

WORD(silence, "沉默次序", "Order of silence")
WORD(order_core, "常被回应的人先安静", "The core went quiet first")
WORD(order_edge, "少被回应的人先安静", "The edge went first")
WORD(order_neither, "看不出先后", "Neither went first")
WORD(order_unknown, "还不够看", "Not enough data")
WORD(order_core_note, "安静下来的 {n} 位常客里，别人回应越多的，安静得越早。",
	"Of the {n} regulars who went quiet, those whom others answered most went earlier.")
WORD(order_edge_note, "安静下来的 {n} 位常客里，别人回应越多的，留得越久。",
	"Of the {n} regulars who went quiet, those whom others answered most stayed longer.")
WORD(order_neither_note, "安静下来的 {n} 位常客里，谁先谁后和别人回应他多少看不出关系。",
	"Among the {n} regulars who went quiet, who went first has no visible tie to how much others answered them.")
WORD(order_rates_note, "安静下来的 {n} 位常客看起来有先后，不过说话多少的差别就能解释，不用另找原因。",
	"The {n} regulars who went quiet seem to have gone in an order, but how much each talked is enough to explain it.")
WORD(order_unknown_note, "要有 {min} 位常客安静下来才能看出先后，现在是 {n} 位。",
	"It takes {min} regulars gone quiet to see an order; there are {n} so far.")
WORD(order_unequal_note, "安静下来的 {n} 位常客，别人回应得都一样多，分不出先后。",
	"The {n} regulars who went quiet were all answered alike, so there is no order to see.")
WORD(steps_caption, "后来安静下来的常客里，当时还有几成在说话。", "Of the regulars who have gone quiet since, how many still talked at the time.")
WORD(steps_core, "核心 {n} 人", "core, {n} people")
WORD(steps_edge, "其余 {n} 人", "the rest, {n} people")
WORD(still, "还在说话的", "Still talking")
WORD(left_three_quarters, "剩四分之三", "three quarters")
WORD(left_half, "剩一半", "half")
WORD(left_quarter, "剩四分之一", "a quarter")
WORD(left_none, "一个不剩", "nobody")
WORD(how_order,
	"常客：说话不少于 {days} 天、{messages} 条的人。安静：他自己以往的间隔里，像现在这么长的不到百分之一；满 {gone} 天才算安静下来。"
	"重要：别人回复或提到他算 1，十分钟内接着他说算 1/4，除以他在群里的天数。"
	"Spearman 相关 {rho}（95%：{low} 到 {high}，Bonett 与 Wright 2000），正数是重要的人留得更久。"
	"只在说话快慢相近的人之间打乱重要程度，碰巧得到这样次序的概率是 {p}。两样都过关才说有先后。"
	"图：核心是其中最常被回应的三分之一；带子是 95% 范围（Wilson 1927），两条带子叠着的地方，分不出谁先谁后。",
	"A regular spoke on at least {days} days and {messages} times. Quiet: fewer than one in a hundred of his own past gaps "
	"would be as long as this one; it counts from {gone} days on. Importance: 1 for each reply or mention by others, 1/4 when "
	"another spoke next within ten minutes, per day of his stay. Spearman's correlation {rho} (95%: {low} to {high}, Bonett "
	"and Wright 2000); above zero the important stay longer. When importance is exchanged only among people who talk about "
	"as much, chance gives such an order with probability {p}. Both must hold before an order is named. The figure: "
	"the core is the third most answered of them; bands of 95% (Wilson 1927); where they overlap the two cannot be told apart.")

WORD(core, "谁在撑着话头", "Who carries the talk")
WORD(core_then, "从前", "Then")
WORD(core_now, "现在", "Now")
WORD(core_window, "{from}到 {to}", "{from} to {to}")
WORD(core_half, "{speakers} 人说了 {messages} 条，一半出自 {n} 人。", "{speakers} people wrote {messages}; {n} of them wrote half.")
WORD(core_half_one, "{speakers} 人说了 {messages} 条，一半出自一个人。", "{speakers} people wrote {messages}; one of them wrote half.")
WORD(core_unknown, "这段时间只有 {messages} 条，不够看。", "Only {messages} messages in this time: not enough to say.")
WORD(core_before, "那时候还没有这个群的记录。", "The record does not reach back that far.")
WORD(core_more, "还有 {n} 人", "and {n} more")
WORD(somebody, "一位成员", "a member")
WORD(core_stayed, "从前撑着话头的 {n} 人里，{k} 人现在还说话。", "Of the {n} who carried it then, {k} still talk now.")
WORD(core_stayed_one, "从前撑着话头的那个人，现在{k}。", "The one who carried it then {k}.")
WORD(core_one_talks, "还说话", "still talks")
WORD(core_one_silent, "没再说话", "has not spoken since")
WORD(core_normal, "少数人说得多是常事：热闹的群里，十分之一的人写了八九成。",
	"A few writing much is normal: in the liveliest groups a tenth of the people write eight or nine tenths.")
WORD(you, "你", "you")

WORD(greet, "值得问候", "Worth a greeting")
WORD(greet_one, "{name} 平常约 {d} 天说一句，已经 {n} 天没说了。值得问候一声。",
	"{name} usually speaks about every {d} days and has been quiet for {n}. Worth a greeting.")
WORD(greet_daily, "{name} 平常几乎天天说话，已经 {n} 天没说了。值得问候一声。",
	"{name} usually speaks almost every day and has been quiet for {n} days. Worth a greeting.")
WORD(greet_none, "最近半年没有谁比自己平常安静得多。", "In the last half year nobody is much quieter than is usual for him or her.")
WORD(greet_unsure, "还没有谁说得够多，看不出各人的节奏。", "Nobody has spoken often enough yet to know anybody's rhythm.")
WORD(greet_how, "和每个人自己的节奏比：他以往的间隔里，像现在这么长的不到百分之一。至少要有 {n} 个以往的间隔才说得上。",
	"Everybody is compared with his own rhythm: fewer than one in a hundred of his past gaps would be as long. It takes {n} past gaps to say.")

WORD(joins, "进出", "Coming and going")
WORD(joins_count, "记录到进来 {n} 次。", "{n} joinings are recorded.")
WORD(leaves_count, "记录到离开 {n} 次。", "{n} leavings are recorded.")
WORD(joins_unknown, "谁进来了不知道：这种文件里没有进群的记录。", "Who came in is unknown: this kind of file has no record of it.")
WORD(leaves_unknown, "谁离开了不知道：这种文件里没有退群的记录。", "Who left is unknown: this kind of file has no record of it.")
WORD(joins_inferred, "推算进来 {n} 次。", "{n} joinings are inferred.")
WORD(leaves_inferred, "推算离开 {n} 次。", "{n} leavings are inferred.")
WORD(inferred_note, "推算的，不是记录到的：比的是 {from}到 {to}的成员名单。改了名字的人，会算成一走一来。",
	"Inferred, not recorded: from the member lists of {from} to {to}. Whoever changed his name counts as one who left and one who came.")

WORD(people, "所有说过话的人", "Everybody who spoke")
WORD(name, "名字", "Name")
WORD(first, "第一句", "First")
WORD(last, "最近一句", "Last")
WORD(own_rhythm, "按他自己的节奏", "By his own rhythm")
WORD(speaks, "照常", "as usual")
WORD(is_silent, "安静了", "quiet")
WORD(is_unsure, "说话太少，不知道", "unknown, too few words")
WORD(is_collective, "不知道：许多人共用", "unknown, shared by many")
WORD(people_left_out, "只列说得最多的 {n} 人；其余 {m} 人在 JSON 里。", "Only the {n} who wrote most are listed; the JSON has the other {m}.")

WORD(said, "{at} {who}：{text}（{file} 第 {n} 行）", "{at} {who}: {text} ({file}, line {n})")
WORD(said_kept, "{at} {who}：{text}", "{at} {who}: {text}")
WORD(said_media, "图片、语音或文件，没有文字", "a picture, a voice or a file, without words")
WORD(said_no_words, "这种文件里没有文字，只有谁、什么时候", "this kind of file has no words in it, only who and when")
WORD(said_not_again, "{at}：这个文件没法读第二遍，那句话拿不到", "{at}: this file could not be read a second time, so the words are not here")

WORD(source, "读了什么", "What was read")
WORD(source_all, "格式 {format}。每一行都看懂了。", "Format {format}. Every line was understood.")
WORD(source_skipped, "格式 {format}。有 {n} 行没看懂，没有算进来。", "Format {format}. {n} lines were not understood and are not counted.")
WORD(stray, "没看懂的有 {n} 行。", "{n} lines were not understood.")
WORD(source_show, "看看是哪些", "See which")
WORD(source_more, "这里列出前 {n} 行。", "The first {n} are listed here.")
WORD(line, "行", "Line")
WORD(text, "内容", "Text")
WORD(doubled, "{n} 条记录在几个文件里都有，只算了一次。", "{n} records are in more than one file and were counted once.")
WORD(asks_zone, "文件里的时间没有写时区，按 UTC 读的。用 --tz 告诉我是哪里的时间。",
	"The times in the file have no zone and were read as UTC. Say which zone it is with --tz.")
WORD(asks_order, "日期怎么读都行，先当日在前、月在后。用 --date-order 可以改。",
	"The dates could be read both ways; day first was taken. --date-order changes it.")
WORD(asks_year, "文件里没有写年份。", "The file does not say the year.")
WORD(made_here, "这一页是在你自己的机器上算出来的，里面没有脚本，也不连别处。时间都是 UTC。",
	"This page was worked out on your own machine; it has no scripts and calls no other place. Times are UTC.")
WORD(renames, "{n} 对改名没有合并：那些名字许多人用过。", "{n} changes of name were not followed: those names were used by many.")
WORD(stage_column, "冷暖", "Warmth")
WORD(group_column, "群", "Group")
WORD(weeks12, "最近 12 周", "Last 12 weeks")

WORD(ahead, "往后 12 周", "The next 12 weeks")
WORD(ahead_halve, "照现在这样，12 周后话少一半：10 次里{n}{span}。", "As things go, talk halves within 12 weeks: {n} in 10{span}.")
WORD(ahead_times, "约 {n} 次", "about {n} times")
WORD(ahead_once, "约 1 次", "about once")
WORD(ahead_few, "不到 1 次", "less than once")
WORD(ahead_most, "9 次以上", "more than 9 times")
WORD(ahead_span, "（{low}–{high} 次）", " ({low}–{high})")
WORD(ahead_up_to, "（最多约 {high} 次）", " (at most about {high})")
WORD(ahead_young, "现在还不能预测：历史不到 {n} 周。", "No forecast yet: less than {n} weeks of history.")
WORD(ahead_little, "现在不能预测：最近 12 周不到 {n} 条话。话这么少，光凭碰巧也会少一半。",
	"No forecast now: fewer than {n} messages in the last 12 weeks. With so few, chance alone can halve them.")
WORD(ahead_past, "对这个群提醒过 {k} 次：{h} 次真的凉了；另有 {m} 次没提醒到。",
	"Warnings about this group: {k}; it did cool after {h} of them; coolings missed: {m}.")
WORD(ahead_past_missed, "到现在没对这个群提醒过；有 {m} 次凉了，没提醒到。", "No warning about this group so far; coolings missed: {m}.")
WORD(ahead_past_calm, "到期的预测有 {n} 次，没有提醒，也没有凉过。", "Forecasts that have come due: {n}; no warning, and no cooling.")
WORD(curve_ahead, "右边的虚线：照现在这样，往后 12 周大约怎样；深的带子 10 次里有 5 次在里面，浅的有 8 次。",
	"On the right, dashed: the next 12 weeks if nothing changes; 5 of 10 such weeks lie in the dark band, 8 in the light one.")
WORD(curve_turns, "竖着的点线：从这一周起，每周的话换了一个水平。", "Dotted uprights: from that week on, the weekly talk is at another level.")
WORD(ahead_how,
	"少一半：以后 12 周的话，不到最近 12 周的一半。看话的涨落、每周稳不稳、多少人在说、话有没有人接，每次只用那一天以前的话。"
	"括号里是 5% 到 95% 的范围：换一些群来学，会说成多少。谁更危险，它分得比只看话数清楚，提醒得并不更早。"
	"曲线右边的虚线和两条带子把这个群每周的起落接着走下去：深的 10 次里有 5 次在里面，浅的有 8 次。好不好的数字都在 docs/backtest.md。",
	"Halves: fewer messages in the next 12 weeks than half of the last 12. It looks at how talk rises and falls, how steady the "
	"weeks are, how many speak and whether they are answered, each time only at what was said before that day. In brackets, from "
	"5% to 95% of what it would say had it learnt from other groups. It tells which groups are in more danger better than counts "
	"alone; it does not warn earlier. The dashed line and its two bands on the right of the curve carry this group's ups and "
	"downs on: 5 of 10 such weeks lie in the dark one, 8 in the light one. How good it is: docs/backtest.md.")

WORD(go_first, "说话一样勤的人里，撑着话头的先安静，快到 {r} 倍（{low}–{high} 倍）。",
	"Among people who talk as often, those who carry the talk fall silent {r} times as soon ({low}–{high}).")
WORD(go_later, "说话一样勤的人里，撑着话头的反而留得久：安静的快慢只有别人的 {r} 倍（{low}–{high} 倍）。",
	"Among people who talk as often, those who carry the talk stay longer: they fall silent {r} times as soon ({low}–{high}).")
WORD(go_alike, "说话一样勤的人里，撑着话头的和其他人，看不出谁先安静（{r} 倍，{low}–{high} 倍）。",
	"Among people who talk as often, it cannot be seen whether those who carry the talk go sooner or later ({r} times, {low}–{high}).")
WORD(go_unknown, "说话一样勤的人里，谁先安静还看不出：安静下来的人太少，或者范围太宽。",
	"Who goes first among people who talk as often cannot be seen yet: too few fell silent, or the range is too wide.")
WORD(ebb, "从前撑着话头的人，按说话的分量，大约 {p}% 已经悄悄走了（{low}–{high}%）。",
	"Of those who carried the talk, weighed by how much they wrote, about {p}% have quietly gone ({low}–{high}%).")
WORD(ebb_unknown, "从前撑着话头的人走了多少，不知道：历史太短，或者来过的人太少。",
	"How many of those who carried the talk have gone is unknown: the history is too short, or too few people came.")
WORD(follow_seen, "一个人安静以后，常和他说话的人也更容易跟着安静：快到 {r} 倍（{low}–{high} 倍）。这是看到的，不是试出来的。",
	"After somebody falls silent, those who often talked with them fall silent sooner, too: {r} times as soon ({low}–{high}). "
	"This was observed, not tried.")
WORD(follow_not, "一个人安静以后，没看出常和他说话的人更快安静（{r} 倍，{low}–{high} 倍）。",
	"After somebody falls silent, those who often talked with them are not seen to go sooner ({r} times, {low}–{high}).")
WORD(follow_unknown, "会不会一个带走一个，还看不出。", "Whether one takes another along cannot be seen yet.")
WORD(gone, "悄悄走了多少", "Who has quietly gone")

WORD(failings, "六个毛病", "Six failings")
WORD(newcomers, "新来的", "Newcomers")
WORD(new_answered, "有人回应的 {all} 位里，{p}%（{low}–{high}%）四周里又来说话。",
	"Of {all} who were answered, {p}% ({low}–{high}%) spoke again within four weeks.")
WORD(new_not_answered, "没人回应的 {all} 位里，{p}%（{low}–{high}%）四周里又来说话。",
	"Of {all} who were not answered, {p}% ({low}–{high}%) spoke again.")
WORD(new_observed, "这是看到的，不是试出来的：有人回应的，也许本来就会再来。",
	"This was observed, not tried: those who were answered may be those who would have come back anyway.")
WORD(new_few, "新来的太少，说不上谁又来了。", "There are too few newcomers to say who came back.")
