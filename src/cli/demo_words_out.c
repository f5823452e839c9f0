/* What people of the demo village say out of doors: walkers, divers, gardeners, birdwatchers. Made up; see demo_words.h. */
#include "cli/demo_words.h"

static const char *const walk_zh[] = {
	"{d}去{p}走一圈，{t}地铁口集合，有没有一起的？|我去|算我一个|我可能晚十分钟，你们先走|要带午饭吗？|带点干粮就行，下山再吃热的|好，{d}见",
	"{p}昨天走完了，台阶多，膝盖有点酸|下山用杖会好很多|我也是，护膝救了我|多少公里？|^十二公里多一点，爬升六百|厉害",
	"{w}，{d}的线路要不要改？|改到{p}吧，林子里走不怕|同意，安全第一|我看了预报，下午就好了|那就晚一小时出发|收到",
	"谁有多的{o}？我那个坏了|我有一个，{d}带给你|^太好了，谢谢|不客气，用完还我就行",
	"{p}那条小路现在能走吗？|上周走过，有一段塌了，要绕一下|^绕多远？|多半小时，跟着黄丝带走|^谢谢，很有用",
	"新买了{o}，第一次带出来，很满意|什么牌子？|看着不错|轻不轻？|^四百克左右|回头让我试试",
	"今天{p}的云太好看了|羡慕，我在加班|下次一定叫上我|拍得真好|值得早起",
	"请教一下，{o}怎么挑？|先看重量，再看合不合身|别买太贵的，第一年用不出差别|去店里试，穿着走十分钟|@{m} 最懂这个|我觉得合脚最要紧，颜色随便",
	"{d}的人数我统计一下，来的回个数字|1|2|3|4|我带一个朋友，算5|^好，{n}辆车够了",
	"各位，下山的时候别走散，上次等了四十分钟|明白|对不起，上次是我|没事，下次前后各一个人|我来收尾|那我开路",
	"谁落了一个蓝色水壶在我车上？|我的|等等，是我的，上面有个小熊|哈哈哈 那就是你的|{d}带给你",
	"{p}的柿子红了|真的吗，周末去看|去年也是这时候|别摘啊，村里人要卖的|^只拍照",
	"脚后跟磨破了，下次怎么办？|先贴胶布再穿袜子|袜子要厚一点|鞋带系紧，别让脚往前滑|^谢谢，记下了",
	"我妈也想来走走，她{n}十多了，有平一点的路吗？|{p}外面那圈最平|有树荫，还有厕所|欢迎阿姨|^那我{d}带她来",
	"昨天谢谢大家等我|应该的|走得很稳了|比上个月快多了|慢慢来，不着急",
	"睡前看了一下{p}的地图，有三个下撤点|辛苦了|发出来我存一下|离线地图也下一份|^好，已经下了",
	"早|早上好|早，今天降温，多穿点|早，昨晚睡得真香",
};
static const char *const walk_en[] = {
	"Anyone up for {p} on {d}? Meeting {t} at the metro.|I'm in|Count me in|"
	"Might be ten minutes late, go ahead|See you there",
	"Is the path by {p} open again?|Walked it last week, one part is washed out|^Long way round?|"
	"Half an hour more, follow the ribbons|^Good to know, thanks",
	"What {o} do you all use?|Something light, it's all the same after ten km|Try it on in the shop first|"
	"Mine was second hand and is fine|^Thanks, that helps",
	"My knees are still talking to me after {p}|Poles. Seriously|Same here|Worth it for the view though",
	"What a morning. Mist all the way down to the river.|Beautiful|I should have come|Next time wake me up",
	"Thanks for waiting for me yesterday|Any time|You were quicker than last month|No hurry, ever",
};
static const char *const walk_places_zh[] = { "云栖谷", "北岭", "老鹰岩", "青石古道", "南湖环线", "松林坡", "望海亭", "十里画廊", "白水涧", "鹿回头", NULL };
static const char *const walk_places_en[] = { "North Ridge", "Eagle Rock", "the stone road", "South Lake", "Cloud Valley", "White Creek", NULL };
static const char *const walk_things_zh[] = { "登山杖", "头灯", "护膝", "冲锋衣", "保温壶", "背包", "手套", "雨衣", "坐垫", NULL };
static const char *const walk_things_en[] = { "poles", "boots", "a headlamp", "a rain jacket", "a rucksack", NULL };

static const char *const dive_zh[] = {
	"{d}海况怎么样？|涌浪一米二，能下|能见度呢？|^听船长说有八米|那我去，{t}码头见|我也去",
	"{p}今天能见度不错，看到一只海龟|多大？|^有我胳膊长|羡慕，我去了三次都没看到|^它不怕人，别追就行",
	"{o}的密封圈老化了，谁知道哪里能换？|码头旁边那家店，半小时就好|^多少钱？|几十块|顺便让他检查一下|^好的谢谢",
	"水温{n}度，我觉得湿衣还够|我已经换厚的了|头套戴上就不冷|手套也要|人和人不一样，别硬撑",
	"新人问一下，耳压总是平衡不好|下潜慢一点，脚先下|感冒就别下水|早一点做，别等疼|多练几次就好，不着急|^谢谢各位前辈",
	"{p}有离岸流，各位小心|收到|谢谢提醒，我们{d}正要去|那就换到湾里面|安全第一",
	"这周船位还有{n}个，要的说一声|我要一个|我要两个|@{m} 你来不来|我来|^满了，下周再约",
	"谁拍到昨天那条狮子鱼了？|我有，晚上发|期待|它在老地方，石头下面|颜色真好看",
	"气瓶该年检了，统一送去便宜一点|我有两个|我一个|{d}我开车去送|^辛苦，油钱平摊",
	"潮汐表看了，{d}最低潮在{t}|那就提前一小时下水|同意|我带孩子在滩上赶海|捡到海螺分我几个",
	"今天捡了一袋垃圾上来|给你点赞|下次我也带网兜|渔网最多，缠着螃蟹，都放了|谢谢你",
	"AOW 考完了，谢谢教练和大家|恭喜|恭喜恭喜，请客|夜潜难不难？|^不难，就是有点冷|厉害",
	"浪太大，船不出了|也好，在家睡觉|白请假了|来我家喝茶，看片子|好啊，{t}到",
	"想买{o}，有没有二手的？|我有一套，用了{n}次|^多少钱让？|你来试，合适再说|^好，{d}过去",
};
static const char *const dive_en[] = {
	"How was the viz at {p}?|Eight metres, maybe ten|Better than last week|Any current?|"
	"A bit on the corner, fine otherwise|Great, going {d}",
	"Saw a turtle at {p} today. Just sat there chewing.|Lucky|Was it the one with the scar?|Think so|"
	"Love that one",
	"Anyone selling {o}?|I have a set, hardly used|^How much?|Come and try first|Will do, thanks",
	"Boat leaves {t}, don't be late, I mean you @{m}|I was late once|Once a week|Fair",
};
static const char *const dive_places_zh[] = { "东礁", "沉船点", "月亮湾", "灯塔下面", "珊瑚园", "老码头", NULL };
static const char *const dive_places_en[] = { "East Reef", "the wreck", "Moon Bay", "the lighthouse", NULL };
static const char *const dive_things_zh[] = { "调节器", "面镜", "脚蹼", "电脑表", "BCD", "干衣", "手电", NULL };
static const char *const dive_things_en[] = { "a regulator", "fins", "a dive computer", "a torch", NULL };

static const char *const garden_zh[] = {
	"{o}长虫了，叶子背面一层白的|肥皂水喷一下|剪掉重的叶子|别用药，要吃的|^我试试，谢谢",
	"今天收了{n}斤{o}，吃不完，谁要？|我要|我也要一点|^放门卫那里，自己拿|谢谢，晚上炒一盘",
	"请问{o}现在下种还来得及吗？|来得及，盖层膜|再晚一周就不行了|先泡一夜再种|^好的，今晚就泡",
	"堆肥有点臭，是不是水太多了？|加点干树叶|多翻一翻|对，干湿各一半|^明白了",
	"{w}，阳台的苗要搬进来吗？|小苗搬，大的没事|我已经搬了|盖个纸箱也行|好",
	"谁有多的{o}种子？我拿辣椒换|我有一包|换|{d}给你带下去|太好了",
	"第一个番茄红了|好看|留着做种吧|舍不得吃了吧|^哈哈 已经吃了",
	"盆里长蘑菇了，能吃吗？|不要吃|千万别吃|说明土不错|^哈哈，那就看看",
	"浇水是早上好还是晚上好？|夏天早晚都行，别中午|冬天中午|看土，手指插进去是干的才浇|^学到了",
};
static const char *const garden_things_zh[] = { "黄瓜", "番茄", "小葱", "生菜", "丝瓜", "辣椒", "豆角", "香菜", NULL };

static const char *const bird_zh[] = {
	"{p}今天来了一只{o}|真的？在哪边？|^芦苇那一侧，{t}左右|我下班过去|^带望远镜，有点远|看到了，谢谢",
	"这是什么鸟？肚子是橙的，尾巴一直抖|听着像北红尾鸲|对，就是它|冬天常见|^谢谢，第一次认出来",
	"{d}早上{p}，谁一起？|我|我带孩子，可以吗？|^当然可以，多带件衣服|^{t}门口见",
	"新人报到，请多关照|欢迎|欢迎欢迎|有望远镜吗？没有我借你一个|^太好了，谢谢|先看麻雀，看熟了就会认别的",
	"今天数了一下，{n}种|不少|有没有鹭？|^两只白鹭，一只夜鹭|记到表里，我晚上整理|辛苦",
	"望远镜买 8 倍还是 10 倍？|8 倍，手不抖|同意，8 倍|先借我的用两周再决定|^好主意",
	"请大家不要用食物引鸟|同意|写进群规了|也不要放录音|明白",
	"我家窗台来了一对斑鸠，在搭窝|别开窗了|恭喜，当邻居了|多发点照片|^好，每天一张",
};
static const char *const bird_en[] = {
	"A {o} at {p} this morning!|Which side?|^By the reeds, around {t}|Going after work|Got it too, thank you",
	"8x or 10x binoculars?|8x, steadier|8x, and lighter|Borrow mine first|^Deal",
	"{n} species today, not bad for a grey day|Any herons?|^Two|I'll put it in the sheet|Thanks",
	"Hello all, new here, can tell a duck from a swan|Welcome|That's more than I could|Come along on {d}|^I will",
};
static const char *const bird_places_zh[] = { "湿地公园", "河口", "植物园", "水库东岸", "大学后山", NULL };
static const char *const bird_places_en[] = { "the wetland", "the river mouth", "the botanic garden", "the east bank", NULL };
static const char *const bird_things_zh[] = { "普通翠鸟", "白琵鹭", "戴胜", "红隼", "黑脸噪鹛", "北红尾鸲", NULL };
static const char *const bird_things_en[] = { "kingfisher", "spoonbill", "hoopoe", "kestrel", "redstart", NULL };

const struct demo_theme demo_theme_walk = { { POOL(walk_zh), POOL(walk_en) }, { walk_places_zh, walk_places_en },
	{ walk_things_zh, walk_things_en } };
const struct demo_theme demo_theme_dive = { { POOL(dive_zh), POOL(dive_en) }, { dive_places_zh, dive_places_en },
	{ dive_things_zh, dive_things_en } };
const struct demo_theme demo_theme_garden = { { POOL(garden_zh), POOL(walk_en) }, { walk_places_zh, walk_places_en },
	{ garden_things_zh, walk_things_en } };
const struct demo_theme demo_theme_bird = { { POOL(bird_zh), POOL(bird_en) }, { bird_places_zh, bird_places_en },
	{ bird_things_zh, bird_things_en } };
