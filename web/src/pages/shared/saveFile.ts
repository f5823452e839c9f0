/* Hands a file made here to the browser to keep. */
const KEPT_MS = 60_000

export function saveFile(file: Blob, name: string): void {
	const address = URL.createObjectURL(file)
	const link = document.createElement('a')
	link.href = address
	link.download = name
	document.body.append(link)
	link.click()
	link.remove()
	setTimeout(() => URL.revokeObjectURL(address), KEPT_MS)
}
