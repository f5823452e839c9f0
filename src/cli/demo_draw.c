/*
 * Pictures for the demo village, drawn pixel by pixel: hills, the sea, a vegetable bed, a shelf of books, houses. Written as PNG
 * with stored blocks (RFC 1950, 1951; PNG 1.2); media makes it small.
 */
#include <math.h>
#include <stdlib.h>

#include "cli/demo.h"

#define WIDTH 960
#define HEIGHT 640
#define BLOCK_MAX 65535u

struct colour {
	double r, g, b;
};
static const struct colour white = { 255, 255, 255 };

struct canvas {
	unsigned char *p; /* rows of a filter byte and WIDTH pixels */
};

static struct colour mix(struct colour a, struct colour b, double t)
{
	t = t < 0 ? 0 : t > 1 ? 1 : t;
	return (struct colour){ a.r + (b.r - a.r) * t, a.g + (b.g - a.g) * t, a.b + (b.b - a.b) * t };
}

static void put(struct canvas *to, int x, int y, struct colour c)
{
	if (x < 0 || y < 0 || x >= WIDTH || y >= HEIGHT)
		return;
	unsigned char *p = to->p + (size_t)y * (WIDTH * 3 + 1) + 1 + (size_t)x * 3;
	p[0] = (unsigned char)c.r;
	p[1] = (unsigned char)c.g;
	p[2] = (unsigned char)c.b;
}

static void box(struct canvas *to, int x0, int y0, int x1, int y1, struct colour c)
{
	for (int y = y0 < 0 ? 0 : y0; y < y1 && y < HEIGHT; y++)
		for (int x = x0 < 0 ? 0 : x0; x < x1 && x < WIDTH; x++)
			put(to, x, y, c);
}

static void disc(struct canvas *to, double cx, double cy, double r, struct colour c)
{
	for (int y = (int)(cy - r); y <= (int)(cy + r); y++)
		for (int x = (int)(cx - r); x <= (int)(cx + r); x++)
			if ((x - cx) * (x - cx) + (y - cy) * (y - cy) <= r * r)
				put(to, x, y, c);
}

static void sky(struct canvas *to, struct demo_chance *c, int until, bool *out_evening)
{
	static const struct colour tops[] = { { 92, 148, 208 }, { 128, 122, 170 }, { 150, 190, 214 } };
	static const struct colour lows[] = { { 214, 232, 244 }, { 252, 196, 150 }, { 236, 240, 240 } };
	size_t kind = demo_below(c, COUNT_OF(tops));
	double sun_x = WIDTH * (.2 + .6 * demo_share(c)), sun_y = until * (.35 + .4 * demo_share(c));
	for (int y = 0; y < until; y++)
		box(to, 0, y, WIDTH, y + 1, mix(tops[kind], lows[kind], (double)y / until));
	disc(to, sun_x, sun_y, 34, mix((struct colour){ 255, 236, 190 }, lows[kind], .15));
	*out_evening = kind == 1;
}

/* Ridge behind ridge, each nearer one darker and greener. */
static void hills(struct canvas *to, struct demo_chance *c)
{
	bool evening;
	sky(to, c, HEIGHT, &evening);
	struct colour far = evening ? (struct colour){ 190, 160, 178 } : (struct colour){ 176, 200, 216 };
	struct colour near = evening ? (struct colour){ 52, 48, 66 } : (struct colour){ 40, 78, 58 };
	const int ridges = 5;
	for (int i = 0; i < ridges; i++) {
		double waves[5][3], base = HEIGHT * (.42 + .12 * i);
		for (int k = 0; k < 5; k++) {
			waves[k][0] = (54 - 6 * i) / pow(1.9, k);
			waves[k][1] = (.004 + .003 * demo_share(c)) * pow(2.1, k);
			waves[k][2] = 6.283 * demo_share(c);
		}
		for (int x = 0; x < WIDTH; x++) {
			double top = base;
			for (int k = 0; k < 5; k++)
				top -= waves[k][0] * sin(waves[k][1] * x + waves[k][2]);
			for (int y = top < 0 ? 0 : (int)top; y < HEIGHT; y++)
				put(to, x, y, mix(mix(far, near, (double)i / (ridges - 1)), white, .25 * (y - top) / HEIGHT));
		}
	}
}

static void sea(struct canvas *to, struct demo_chance *c)
{
	bool evening;
	const int horizon = (int)(HEIGHT * (.4 + .12 * demo_share(c)));
	sky(to, c, horizon, &evening);
	struct colour far = evening ? (struct colour){ 214, 150, 128 } : (struct colour){ 120, 180, 200 };
	struct colour near = evening ? (struct colour){ 40, 52, 86 } : (struct colour){ 12, 78, 110 };
	double phase = 6.283 * demo_share(c);
	for (int y = horizon; y < HEIGHT; y++) {
		double depth = (double)(y - horizon) / (HEIGHT - horizon);
		for (int x = 0; x < WIDTH; x++) {
			double wave = sin(x * .02 / (.25 + depth) + 90 * sqrt(depth) + phase) * sin(x * .011 + 47 * sqrt(depth));
			put(to, x, y, mix(mix(far, near, sqrt(depth)), white, wave > .62 ? .3 * (1 - .5 * depth) : 0));
		}
	}
	int island = (int)demo_below(c, WIDTH - 260);
	for (int x = 0; x < 260; x++)
		box(to, island + x, horizon - (int)(46 * sin(3.1416 * x / 260) * (.8 + .2 * sin(x * .09))), island + x + 1, horizon,
			mix(near, far, .35));
}

static void garden(struct canvas *to, struct demo_chance *c)
{
	box(to, 0, 0, WIDTH, HEIGHT, (struct colour){ 118, 88, 64 });
	for (int row = 0; row < 4; row++)
		for (int i = 0; i < 11; i++) {
			double x = 60 + i * 84 + 14 * demo_share(c), y = 100 + row * 150 + 18 * demo_share(c);
			struct colour green = mix((struct colour){ 60, 128, 62 }, (struct colour){ 148, 186, 84 }, demo_share(c));
			for (int leaf = 0; leaf < 9; leaf++)
				disc(to, x + 34 * cos(leaf * .7), y + 26 * sin(leaf * .7), 17 + 7 * demo_share(c), mix(green, white, .03 * leaf));
			for (int fruit = 0; fruit < 3; fruit++)
				if (demo_below(c, 2))
					disc(to, x - 26 + 52 * demo_share(c), y - 18 + 36 * demo_share(c), 10,
						mix((struct colour){ 208, 52, 40 }, (struct colour){ 236, 150, 60 }, demo_share(c)));
		}
}

static void books(struct canvas *to, struct demo_chance *c)
{
	static const struct colour spines[] = { { 142, 58, 52 }, { 44, 84, 110 }, { 206, 170, 98 },
		{ 74, 106, 78 }, { 226, 214, 192 }, { 98, 76, 112 } };
	box(to, 0, 0, WIDTH, HEIGHT, (struct colour){ 238, 228, 210 });
	for (int shelf = 0; shelf < 3; shelf++) {
		int bottom = 200 + shelf * 205;
		box(to, 0, bottom, WIDTH, bottom + 16, (struct colour){ 126, 92, 62 });
		for (int x = 24; x < WIDTH - 60;) {
			int wide = 18 + (int)demo_below(c, 30), high = 116 + (int)demo_below(c, 52);
			struct colour of = mix(spines[demo_below(c, COUNT_OF(spines))], white, .12 * demo_share(c));
			box(to, x, bottom - high, x + wide, bottom, of);
			box(to, x + 3, bottom - high + 18, x + wide - 3, bottom - high + 24, mix(of, white, .55));
			x += wide + 2 + (demo_below(c, 14) == 0 ? 60 : 0);
		}
	}
}

static void street(struct canvas *to, struct demo_chance *c)
{
	bool evening;
	sky(to, c, HEIGHT, &evening);
	for (int x = -20; x < WIDTH;) {
		int wide = 110 + (int)demo_below(c, 70), top = 120 + (int)demo_below(c, 190);
		struct colour wall = mix((struct colour){ 202, 180, 152 }, (struct colour){ 150, 112, 96 }, demo_share(c));
		box(to, x, top, x + wide, HEIGHT - 70, wall);
		for (int y = top + 24; y < HEIGHT - 120; y += 46)
			for (int w = x + 14; w < x + wide - 22; w += 32)
				box(to, w, y, w + 18, y + 26, demo_below(c, evening ? 2 : 5) ? mix(wall, (struct colour){ 44, 56, 76 }, .6) :
					(struct colour){ 255, 224, 150 });
		x += wide + 6;
	}
	box(to, 0, HEIGHT - 70, WIDTH, HEIGHT, (struct colour){ 116, 120, 116 });
}

/* ---- PNG ---- */

static void add_u32(struct buf *b, uint32_t v)
{
	const char bytes[4] = { (char)(v >> 24), (char)(v >> 16), (char)(v >> 8), (char)v };
	buf_add(b, (struct str){ bytes, 4 });
}

static uint32_t crc(struct str s)
{
	uint32_t c = 0xffffffffu;
	for (size_t i = 0; i < s.n; i++) {
		c ^= (unsigned char)s.p[i];
		for (int k = 0; k < 8; k++)
			c = c & 1 ? 0xedb88320u ^ (c >> 1) : c >> 1;
	}
	return ~c;
}

static void chunk(struct buf *b, const char type[5], struct str body)
{
	add_u32(b, (uint32_t)body.n);
	size_t from = b->n;
	buf_add(b, (struct str){ type, 4 });
	buf_add(b, body);
	if (!b->failed)
		add_u32(b, crc((struct str){ b->p + from, b->n - from }));
}

static uint32_t adler(struct str s)
{
	uint32_t a = 1, b = 0;
	for (size_t i = 0; i < s.n; i++) {
		a = (a + (unsigned char)s.p[i]) % 65521;
		b = (b + a) % 65521;
	}
	return b << 16 | a;
}

static enum err png(struct str rows, struct buf *out)
{
	CLEANUP(buf_free) struct buf head = BUF(64), body = BUF(rows.n + rows.n / 1000 + 4096);
	add_u32(&head, WIDTH);
	add_u32(&head, HEIGHT);
	buf_add(&head, (struct str){ "\x08\x02\0\0\0", 5 }); /* 8 bits, RGB */
	buf_add(&body, (struct str){ "\x78\x01", 2 });
	for (size_t at = 0; at < rows.n; at += BLOCK_MAX) {
		size_t n = rows.n - at < BLOCK_MAX ? rows.n - at : BLOCK_MAX;
		const char block[5] = { at + n == rows.n, (char)n, (char)(n >> 8), (char)~n, (char)(~n >> 8) };
		buf_add(&body, (struct str){ block, 5 });
		buf_add(&body, (struct str){ rows.p + at, n });
	}
	add_u32(&body, adler(rows));
	TRY(buf_end(&body));
	buf_add(out, (struct str){ "\x89PNG\r\n\x1a\n", 8 });
	chunk(out, "IHDR", buf_str(&head));
	chunk(out, "IDAT", buf_str(&body));
	chunk(out, "IEND", STR(""));
	return buf_end(out);
}

enum err demo_draw(enum demo_scene scene, struct demo_chance *c, struct buf *out)
{
	static void (*const painters[])(struct canvas *, struct demo_chance *) = { [SCENE_HILLS] = hills, [SCENE_SEA] = sea,
		[SCENE_GARDEN] = garden, [SCENE_BOOKS] = books, [SCENE_STREET] = street };
	size_t n = (size_t)HEIGHT * (WIDTH * 3 + 1);
	struct canvas to = { calloc(1, n) };
	if (to.p == NULL)
		return ERR_MEMORY;
	painters[scene](&to, c);
	enum err e = png((struct str){ (const char *)to.p, n }, out);
	free(to.p);
	return e;
}
