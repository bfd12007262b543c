import HTTPTypes
import Ledger
import Model

/// A repeated request waits for the end of the work as the first one did: which work and which resource, the kept answer says.
extension API {
    func underWay(againFrom kept: Answer, _ call: Call) -> UnderWay? {
        guard kept.status == .accepted, let id = kept.headers[.location].flatMap({ $0.split(separator: "/").last }),
            let operation = OperationID(String(id)), let body = try? JSONReader.value(of: kept.body)
        else { return nil }
        return UnderWay(operation: operation) {
            let ended = try await ledger.operation(operation).0
            let json = try await rendered(ended)
            guard case .object(let members) = body, members["operation"] != nil else { return Answer(.ok, json: json) }
            return Answer(.ok, json: try await resource(of: ended, like: members, call).with("operation", json))
        }
    }

    private func resource(of operation: Model.Operation, like kept: [String: JSONValue], _ call: Call) async throws -> JSONValue {
        guard let id = operation.chain else { return try await rendered(try await ledger.host(operation.host)) }
        // It may be in other hands by now.
        try await checkVisible(id, call)
        let chain = try await ledger.chain(id)
        guard let lease = kept["lease"]?.id(of: Lease.self) else { return try await rendered(chain, for: call) }
        return try await rendered(try await ledger.lease(lease), chain, call)
    }
}

extension JSONValue {
    fileprivate func id<Of>(of: Of.Type) -> Identifier<Of>? {
        guard case .object(let members) = self, case .string(let text)? = members["id"] else { return nil }
        return Identifier(text)
    }
}
