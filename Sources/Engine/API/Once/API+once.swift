import CrashPoints
import Crypto
import HTTPTypes
import Ledger
import Model

/// A POST with an `Idempotency-Key` is done once and answered alike as often as it is sent; `Ledger.once` says how.
extension API {
    /// The route as callers see it.
    func once(_ route: Route) -> Route {
        guard route.method == .post else { return route }
        return route.with { call in
            let answer = try await answer(call, route)
            CrashPoint.afterInsert.reach()
            await answer.afterwards?()
            return answer
        }
    }

    private func answer(_ call: Call, _ route: Route) async throws -> Answer {
        guard let key = call.idempotencyKey else { return try await route.handler(call) }
        do {
            let once = try await ledger.once(call.keyed(key, route), keeping: \.kept) {
                let answer = try await route.handler(call)
                CrashPoint.beforeInsert.reach()
                return answer
            }
            return answer(once, to: call)
        } catch LedgerError.conflict(code: Problem.Code.requestInFlight.rawValue, let detail) {
            throw Problem(.requestInFlight, detail.prefix(1).uppercased() + detail.dropFirst() + ".", headers: [.retryAfter: "1"])
        }
    }

    private func answer(_ once: Once<Answer>, to call: Call) -> Answer {
        switch once {
        case .done(let answer):
            // What the handler rang for was not committed yet.
            bell.ring()
            return answer
        case .answered(let kept):
            var answer = Answer(kept)
            answer.underWay = underWay(againFrom: answer, call)
            return answer
        }
    }
}

extension Call {
    /// A tenant's keys are one scope, so that a request begun with one of its API keys can be repeated with another.
    fileprivate func keyed(_ key: IdempotencyKey, _ route: Route) -> KeyedRequest {
        let scope = caller.map { $0.tenant.map { "tenant:" + $0 } ?? "key:" + $0.key } ?? ""
        let content = JSONWriter.bytes(.object(["query": .object(query), "body": body ?? .null]))
        return KeyedRequest(
            scope: scope, method: route.method.rawValue, path: path, key: key.text,
            fingerprint: Array(SHA256.hash(data: content)))
    }
}

extension Answer {
    fileprivate var kept: KeptAnswer {
        KeptAnswer(
            status: status.code, headers: headers.map { KeptAnswer.Header(name: $0.name.rawName, value: $0.value) },
            body: keptBody ?? body)
    }

    fileprivate init(_ kept: KeptAnswer) {
        self.init(HTTPResponse.Status(code: kept.status), bytes: kept.body, type: "")
        headers = [:]
        for header in kept.headers {
            if let name = HTTPField.Name(header.name) { headers.append(HTTPField(name: name, value: header.value)) }
        }
        // What is kept may be less than what was answered: a secret is shown once.
        if headers[.contentLength] != nil { headers[.contentLength] = "\(body.count)" }
        headers[.idempotencyReplayed] = "true"
    }
}

extension HTTPField.Name {
    // Tokens of letters and dashes are always field names.
    static let idempotencyKey = HTTPField.Name("Idempotency-Key")!
    /// On an answer that was given before.
    static let idempotencyReplayed = HTTPField.Name("Idempotency-Replayed")!
}
