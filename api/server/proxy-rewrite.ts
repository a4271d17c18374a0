/** Links in what is proxied, made to lead through the proxy again. Upstream: apimachinery's proxy.Transport. */

/** Attributes that hold a URL, by element. Upstream: atomsToAttrs. */
const linkAttributes: Record<string, string[]> = {
  a: ['href'],
  area: ['href'],
  audio: ['src'],
  base: ['href'],
  blockquote: ['cite'],
  body: ['background'],
  button: ['formaction'],
  del: ['cite'],
  embed: ['src'],
  form: ['action'],
  frame: ['longdesc', 'src'],
  head: ['profile'],
  html: ['manifest'],
  iframe: ['longdesc', 'src'],
  img: ['longdesc', 'src', 'usemap'],
  input: ['formaction', 'src', 'usemap'],
  ins: ['cite'],
  link: ['href'],
  object: ['classid', 'codebase', 'data', 'usemap'],
  q: ['cite'],
  script: ['src'],
  source: ['src'],
  video: ['poster', 'src'],
}

/**
 * `url` below `prefix` when it is an absolute path, also with the host that the request was for; others are left.
 */
export function rewriteUrl(url: string, prefix: string, requestHost: string): string {
  const match = /^(?:(?:https?:)?\/\/([^/?#]*))?(\/[^?#]*)?([?#].*)?$/s.exec(url)
  if (!match) return url
  const [, host, path = '', rest = ''] = match
  if (host !== undefined && host !== requestHost) return url
  if (path === '' || path === prefix || path.startsWith(`${prefix}/`)) return url
  return `${prefix}${path}${rest}`
}

/** Any other content comes back as it is. */
export function rewriteHtml(response: Response, prefix: string, requestHost: string): Response {
  const { headers } = response
  if (!/^text\/html\b/i.test(headers.get('content-type') ?? '')) return response
  // What is compressed stays so: decoding it only for its links would hold all of it.
  if ((headers.get('content-encoding') ?? 'identity') !== 'identity') return response
  const rewriter = new HTMLRewriter()
  for (const [name, attributes] of Object.entries(linkAttributes)) {
    rewriter.on(name, {
      element(element) {
        for (const attribute of attributes) {
          const value = element.getAttribute(attribute)
          if (value) element.setAttribute(attribute, rewriteUrl(value, prefix, requestHost))
        }
      },
    })
  }
  return rewriter.transform(response)
}
