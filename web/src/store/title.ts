/* The tab's title: the page, and before it how often somebody spoke to me. Quiet groups stay quiet here too. */
import { computed, ref, watchEffect } from 'vue'
import { wCommon } from '../words/common'

/* Set by a page while it is shown (its group's name); empty on the others. */
export const pageTitle = ref('')
export const mentionsInTitle = ref(0)

export const title = computed(() => {
	const name = pageTitle.value ? `${pageTitle.value} · ${wCommon('app')}` : wCommon('app')
	return mentionsInTitle.value ? `(@${mentionsInTitle.value}) ${name}` : name
})

watchEffect(() => document.title = title.value)
