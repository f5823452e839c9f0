/* What people of the demo village say at home: elders, readers, people from one county, neighbours, a family, and cyclists who
 * write elsewhere. Made up; see demo_words.h. */
#include "cli/demo_words.h"

static const char *const elder_zh[] = {
	"大家早上好，{w}，出门多穿点|早上好|早|谢谢提醒|早，我已经遛弯回来了|祝大家天天开心",
	"孙子会叫奶奶了|真好|恭喜恭喜|多大了？|^十一个月|我家的还只会叫狗",
	"{d}下午{p}有人下棋吗？|我来|我也来，带上茶|老规矩，输的扫地|哈哈，上次谁扫的？|是我",
	"{o}怎么做才软？|先焯水，再小火慢炖|放一点山楂|高压锅二十分钟|少放盐，大夫说的|^好，晚上试试",
	"社区医院{d}量血压，不要钱|几点？|^{t}开始|带医保卡吗？|^带上吧|谢谢，我叫上老伴",
	"手机字太小，看不清怎么办？|设置里有大字|我孙女给我调的，点“我”，再点“大字”|调好了，清楚多了|真好",
	"谁家的钥匙掉在{p}了？|不是我的|红绳的？|^对，红绳的|那是老周的，我去叫他|^谢谢啊",
	"今天腿脚好多了，谢谢大家惦记|那就好|慢慢走，不着急|明天我给你带点{o}|^不用麻烦|不麻烦，顺路",
	"广场舞换地方了，在{p}|为啥换？|^原来那边修路|音响小点声，有小孩睡觉|知道了",
	"昨晚的戏谁看了？唱得真好|看了看了|我录下来了|发给我儿子，让他给我放大|年轻时候听过现场",
	"有人打电话说我中奖，让我转钱|千万别转|是骗人的|挂掉，告诉孩子|我也接到过|^好，听你们的，挂了",
	"菜市场{o}便宜了，三块一斤|我这就去|带我一份|早去，晚了没了|^给你留了",
	"老照片，看看还认得谁？|左边是老李吧|那时候多瘦|我站在后面，没照上|一晃四十年了",
};
static const char *const elder_places_zh[] = { "活动室", "大槐树下", "河边亭子", "小广场", "三号楼前面", NULL };
static const char *const elder_things_zh[] = { "牛腩", "萝卜", "豆腐", "排骨", "南瓜", "红薯", NULL };

static const char *const read_zh[] = {
	"《{o}》读到第{n}章，有点读不下去了|前面慢，后面就好了|我也卡在那里|可以先跳过，不丢人|主角其实很可怜|^好，再给它一次机会",
	"{d}晚上{t}的共读谁来领？|我可以|辛苦|题目提前发一下|发在这里了：他为什么不回家？|好题目",
	"有一句话想抄给大家：人走得慢，看见的才多|抄下了|谁写的？|^{p}买的旧书里夹着的纸条|真好",
	"推荐一本短的，出差路上看|《{o}》，两小时看完|我也推荐这本|电子版有吗？|图书馆就能借|借到了",
	"不太同意大家说的，我觉得作者是在笑他|说说看|从第{n}页开始，语气就变了|这么一说还真是|我要重读那一段",
	"{p}打折，要不要一起买？|要|列个单子|我要两本|我来拼单，{d}寄到我这里|辛苦",
	"听了有声的，读得太平了|我喜欢平的|做饭的时候听正好|我还是看纸的|各有各的好",
	"上次聚会的笔记整理好了，有两页|辛苦辛苦|写得真细|第二点我想再聊聊|下次接着说",
	"孩子问我为什么要读书，答不上来|就说好玩|读给他听，不用答|我也答不上来，但是每天都读|这个答案好",
	"有没有人想读诗？|想|每次一首，不多|从短的开始|我来选第一首|好",
	"最近太忙，书一页没动|没关系，来听也行|来坐坐就好|我也是|不打卡，不催",
	"《{o}》结尾你们看懂了吗？|没有|我觉得是梦|是不是梦不重要|重要的是她把门打开了|说得真好",
};
static const char *const read_en[] = {
	"Anyone has {o} in English?|I do, come and get it|The translation is good|Thanks",
	"Who leads the talk on {d}?|I can|Thank you|Please post the questions first",
	"I liked the ending. She opens the door and that's all.|Me too|I wanted one page more|That is why it works",
};
static const char *const read_places_zh[] = { "旧书市场", "巷口书店", "图书馆", "学校后门那家", NULL };
static const char *const read_places_en[] = { "the old book market", "the library", NULL };
static const char *const read_things_zh[] = { "边城", "呼兰河传", "活着", "城南旧事", "围城", "我与地坛", "瓦尔登湖", "老人与海", NULL };
static const char *const read_things_en[] = { "Border Town", "Walden", "The Old Man and the Sea", NULL };

static const char *const town_zh[] = {
	"{d}回家的车还有{n}个座|我要一个|还有吗？|^满了，不好意思|^下周还有一趟",
	"家里{o}熟了，谁要？自家种的|我要一箱|寄到哪里？|^{p}统一取|^好的",
	"过年大家哪天回？|小年|看放假|买到票再说|{d}开始抢票，别忘了",
	"{p}那条路修好了没？|修好了，二十分钟到镇上|真快|以前要一个钟头|变化太大了",
	"有没有在医院上班的老乡？想问个事|私聊我|我姐在|^谢谢，已经问到了|^没事就好",
};
/* What its owner says all day. */
static const char *const town_owner_zh[] = {
	"各位老乡，群里最近太安静，我来带个头|收到",
	"转给大家看看，我们县上新闻了|👍",
	"再说一遍群规，不发广告，不吵架，有事找我|收到|好的",
	"今天又有三位老乡进群，人气旺不旺就看大家|欢迎",
	"我那个店{d}开张，大家来捧场|恭喜|一定去",
	"昨天的饭局很成功，感谢各位给我面子|应该的",
	"有些人只看不说话，这样不好，大家都说两句",
	"我最近在{p}谈一个项目，成了请大家吃{o}|👍|厉害",
	"发个通知，{d}聚会，AA，我来定地方|收到|能来的举手",
	"我认识的人多，谁家孩子找工作可以问我|谢谢群主",
	"早上好，新的一天，加油|早",
	"刚才没人回我，我再发一遍，{d}聚会，报名的说一声|我去不了",
	"这个群我管了三年，不容易，大家多理解",
	"我说一下我的看法，做人要实在，做事要有格局",
};
static const char *const town_places_zh[] = { "镇上", "县城", "老街", "桥头", "车站", NULL };
static const char *const town_things_zh[] = { "橘子", "腊肉", "新米", "板栗", "土鸡蛋", NULL };

static const char *const near_zh[] = {
	"停水通知：{d}{t}到晚上|收到，多接点水|又停？|谢谢通知|上次说好修到底的",
	"有人的快递被误拿了吗？{p}多了一件|是不是红盒子？|^是|我的，马上来|谢谢",
	"推荐一个修{o}的师傅|我有电话，私聊|^上门多少钱？|三十起步，人挺实在|^谢谢",
	"{p}的猫生了{n}只，有人想养吗？|想，要打疫苗吗？|^打了再给|我要那只黄的|好可爱",
	"转让{o}，九成新|还在吗？|多少钱？|^已经给人了，不好意思",
	"楼上半夜装修，谁去说一声？|我也听见了|物业{t}上班|已经打电话了|辛苦",
	"{d}孩子们在{p}跳蚤市场，欢迎来|我家的去|几点？|{t}，带上零钱|有旧书吗？|^有一箱",
	"谁丢了一只狗，白的，在{p}|我去看看|好像是五栋的|找到了，谢谢大家|太好了",
	"拼车上班，{t}出发，顺路的吱一声|我|去哪边？|^高新区|那我不顺路",
	"电梯又坏了，走楼梯小心|收到|有老人的叫一声，我帮着提|好人|物业说下午修好",
	"请问附近哪家早饭好？|{p}那家豆浆|油条要早去|同意，{t}以后就没了|^谢谢",
	"加一下我，帮忙点个赞|请不要发这个|看群规|^不好意思，撤回了",
};
static const char *const near_en[] = {
	"Does anyone know a good repair place for {o}?|The one by the gate|^How much?|Not much, honest man|Thanks",
	"Is the water off for everybody?|Yes, until tonight|There's a notice downstairs|^Ah, thanks",
	"Flea market at {p} on {d}, bring the kids|What time?|^{t}|We'll be there",
	"Found a key with a blue tag near {p}|Not mine|Try the guard|Left it with him",
};
static const char *const near_places_zh[] = { "南门", "六号楼下", "中庭", "菜鸟驿站", "车库入口", "小花园", NULL };
static const char *const near_places_en[] = { "the south gate", "block six", "the courtyard", "the garage", NULL };
static const char *const near_things_zh[] = { "洗衣机", "门锁", "婴儿车", "空调", "自行车", "书桌", NULL };
static const char *const near_things_en[] = { "a washing machine", "a bicycle", "a lock", NULL };

static const char *const family_zh[] = {
	"{d}回来吃饭，行吗？|好，想吃什么？|^{o}就行|多做点，孩子也来|路上慢点",
	"到家了吗？|到了|^那就好，早点睡|你也是",
	"药都吃了没？|吃了吃了，天天问|^问是为你好|知道了",
	"今天画了一张画，老师说好|真棒|挂在墙上|像姑姑小时候|周末都来看",
	"{o}寄出来了，两箱|太多了|吃不完分给同事|收到，谢谢",
	"{w}，窗户关一下|关了|被子也加了|^好",
	"{d}谁有空去接一下孩子？|我去|^谢谢|跟我还客气",
	"想你们了|我们也想你|{d}视频|好，{t}",
	"谁把剪刀放哪里了？|抽屉第二格|^找到了|每次都是你",
};
static const char *const family_things_zh[] = { "红烧肉", "饺子", "腊肠", "橙子", "鱼", NULL };

static const char *const bike_en[] = {
	"Headwind all the way from {p}. Who ordered that?|Not me|Same here|At least it pushes us home|"
	"If it doesn't turn",
	"Leaving {t}, meeting at {p}. Who's in?|Me|In|Two minutes late as always|We'll wait at the light|See you",
	"The {o} is making that noise again|Which noise?|^Tick, tick, every turn|Bearing, bring it on {d}|"
	"You're a star",
	"New asphalt by {p}, smooth as butter|Finally|How long did that take?|Only three years|Riding it tomorrow",
	"Somebody parked on the bike lane again|Of course|Ring the bell and smile|I smiled. It did not help",
	"Anyone has a spare {o}?|I do|Bring it {d}?|Sure|Thanks, coffee's on me",
	"{n}0 km this week, legs like pudding|Nice|Rest day tomorrow|What is a rest day?",
	"Is it still on for {d}? Looks wet.|Wet is fine, ice is not|I'm in with mudguards|"
	"I'll decide at breakfast|Fair enough",
	"Lights on, everyone, it's dark at five now|Charged mine|Good reminder|"
	"Got a spare rear light if anyone needs it",
	"@{m} are you alright? Haven't seen you at the light|All fine, new job, other side of town|We miss you|"
	"Come back for a Sunday ride",
	"What pressure do you run in winter?|Lower than in summer|3.5|4, but I'm heavy|Thanks",
};
static const char *const bike_zh[] = {
	"{d}骑车上班的，{t}{p}见|我在|等我两分钟|好|路滑，慢点",
	"{o}又响了，谁懂？|带来我看看|多半是轴承|谢谢，请你喝咖啡",
	"今天逆风，骑得像爬山|同感|回来就顺了|希望风别转向",
	"路修好了，终于|太好了|三年了|明天就去骑",
};
static const char *const bike_places_en[] = { "the bridge", "Canal Road", "the museum", "the old station", NULL };
static const char *const bike_places_zh[] = { "大桥", "运河路", "博物馆门口", "老火车站", NULL };
static const char *const bike_things_en[] = { "chain", "front wheel", "inner tube", "pump", "bottom bracket", NULL };
static const char *const bike_things_zh[] = { "链条", "前轮", "内胎", "打气筒", NULL };

const struct demo_theme demo_theme_elder = { { POOL(elder_zh), POOL(near_en) }, { elder_places_zh, near_places_en },
	{ elder_things_zh, near_things_en } };
const struct demo_theme demo_theme_read = { { POOL(read_zh), POOL(read_en) }, { read_places_zh, read_places_en },
	{ read_things_zh, read_things_en } };
const struct demo_theme demo_theme_town = { { POOL(town_zh), POOL(near_en) }, { town_places_zh, near_places_en },
	{ town_things_zh, near_things_en } };
const struct demo_theme demo_theme_town_owner = { { POOL(town_owner_zh), POOL(near_en) }, { town_places_zh, near_places_en },
	{ town_things_zh, near_things_en } };
const struct demo_theme demo_theme_near = { { POOL(near_zh), POOL(near_en) }, { near_places_zh, near_places_en },
	{ near_things_zh, near_things_en } };
const struct demo_theme demo_theme_family = { { POOL(family_zh), POOL(near_en) }, { near_places_zh, near_places_en },
	{ family_things_zh, near_things_en } };
const struct demo_theme demo_theme_bike = { { POOL(bike_zh), POOL(bike_en) }, { bike_places_zh, bike_places_en },
	{ bike_things_zh, bike_things_en } };
