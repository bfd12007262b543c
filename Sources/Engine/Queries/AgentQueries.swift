import FoundationEssentials
import Model
import RabbitMQ
import Wire

/// Asks a site's agents for what only they can read: how a chain is reached, secrets included, and what its nodes log.
///
/// The answer is sealed to a key that lives as long as the question, so neither the broker nor a later reader of its disk can
/// open it.
struct AgentQueries: Sendable {
    let client: QueryClient
    let seal: WireSeal
    /// How long an agent may take, besides what it is asked to wait.
    var patience = Duration.seconds(10)

    /// - Throws: 504 when no agent answers in time, 503 when the broker is away, 502 when the agent can't say.
    func connection(of chain: Chain, on host: Host) async throws -> Wire.Answer.Connection {
        let work = ChainWork(
            id: chain.id, plan: chain.plan, desired: chain.desired, subnet: chain.subnet, ports: chain.ports, sequence: 0)
        guard case .connection(let connection) = try await answer(to: .connection(work), on: host, within: patience) else {
            throw Self.anotherAnswer
        }
        return connection
    }

    /// - Throws: as `connection`.
    func log(_ request: LogRequest, on host: Host) async throws -> LogPiece {
        guard case .log(let piece) = try await answer(to: .log(request), on: host, within: patience + .seconds(request.wait))
        else { throw Self.anotherAnswer }
        return piece
    }

    private func answer(to ask: Query.Ask, on host: Host, within patience: Duration) async throws -> Wire.Answer {
        let key = SitePrivateKey.fresh()
        let query = Query(host: host.target, replyKey: key.publicKey.base64, ask: ask)
        let answer = try await answer(to: query, of: host, key, within: patience)
        guard case .failed(let error) = answer else { return answer }
        throw Problem(error.isOfState ? .chainBusy : .agentFailed, "The agent could not answer: \(error.message)")
    }

    private static var anotherAnswer: Problem { Problem(.agentFailed, "The agent answered another question.") }

    private func answer(
        to query: Query, of host: Host, _ key: SitePrivateKey, within patience: Duration
    ) async throws -> Wire.Answer {
        let signer = try await seal.signer()
        let destination = Destination.queries(host.target.driver, host.site)
        let signed = try signer.seal(
            .query, destination: destination.name, site: host.site, payload: query, schema: query.neededSchema)
        let message = Message(
            exchange: destination.exchange, routingKey: destination.routingKey, body: signed.body, headers: signed.headers,
            contentType: "application/json", messageID: signed.id.uuidString.lowercased(), persistent: false)
        let delivery = try await request(message, host, within: patience)
        do {
            let sealed = try await seal.verifier().open(
                delivery.body, headers: delivery.headers, as: SealedAnswer.self, kind: .answer,
                expectedDestination: Destination.answerName(signed.id))
            return try sealed.payload.open(with: key, query: signed.id)
        } catch let error as WireError {
            throw Problem(.agentFailed, "The agent's answer can't be believed: \(error).")
        }
    }

    private func request(_ message: Message, _ host: Host, within patience: Duration) async throws -> Delivery {
        do {
            return try await client.request(message, timeout: patience)
        } catch let error as BrokerError {
            throw problem(of: error, host, patience)
        }
    }

    private func problem(of error: BrokerError, _ host: Host, _ patience: Duration) -> Problem {
        switch error.code {
        case .unroutable, .timeout, .nacked:
            Problem(.agentSilent, "No \(host.target.driver.rawValue) agent of the site \(host.site) answered within \(patience).")
        default:
            .unavailable("The agents can't be asked now: \(error.message)")
        }
    }
}

extension Wire.Answer.Connection {
    func json(chain: ChainID) -> JSONValue {
        .object([
            "chain": .id(chain),
            "nodes": .array(nodes.map(\.json)),
            "files": .array(
                files.map {
                    .object(["name": .string($0.name), "mediaType": .string($0.mediaType), "content": .string($0.content)])
                }),
        ])
    }
}

extension Wire.Answer.Connection.Node {
    fileprivate var json: JSONValue {
        .object([
            "name": .string(name),
            "endpoints": .array(
                endpoints.map {
                    .object([
                        "name": .string($0.name), "host": .string($0.host), "port": .integer($0.port), "url": .string($0.url),
                    ])
                }),
        ])
    }
}

extension LogPiece {
    func json(chain: ChainID, node: String) -> JSONValue {
        .object([
            "chain": .id(chain), "node": .string(node),
            "lines": .array(lines.map { .object(["time": .string($0.time), "text": .string($0.text)]) }),
            "cursor": .string(cursor),
        ])
    }
}

extension WorkError {
    /// It is the chain that is not as asked for now, and not the agent that failed.
    fileprivate var isOfState: Bool {
        disposition == .transient && (code == .notHealthy || code == .nodeFailed || code == .vaultUnreadable)
    }
}
