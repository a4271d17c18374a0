/** The address of this host from which the kernel sends to that one now; undefined when it knows no route. Sends nothing. */
export async function routeSource(host: string): Promise<string | undefined> {
  try {
    const socket = await Bun.udpSocket({ connect: { hostname: host, port: 9 } })
    const { address } = socket.address
    socket.close()
    return address
  } catch {
    return undefined
  }
}
