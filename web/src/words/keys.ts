/* The list of keys, shown by ? */
import { words } from './index'

export const wKeys = words({
	find: ['找一个群', 'Find a group'],
	next: ['上一个、下一个群', 'Previous, next group'],
	unread: ['上一个、下一个没读的群', 'Previous, next unread group'],
	panes: ['换到另一栏', 'Go to the next pane'],
	walk: ['在消息之间走', 'Walk through messages'],
	menu: ['打开这条消息的菜单', 'Open the menu of a message'],
	reply: ['回复这条消息', 'Reply to a message'],
	close: ['关上最上面的一层', 'Close what lies on top'],
	send: ['发送；加 Shift 换行', 'Send; with Shift a new line'],
	this: ['这张表', 'This list'],
})
