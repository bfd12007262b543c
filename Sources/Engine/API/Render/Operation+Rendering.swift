import Model

extension Model.Operation {
    func json(waitingFor: WaitingFor?) -> JSONValue {
        .object([
            "id": .id(id), "sequence": .integer(sequence), "kind": .word(kind), "host": .id(host), "chain": .id(chain),
            "node": .optional(node), "parent": .id(parent),
            "status": .word(status), "priority": .string(priority.name), "attempt": .integer(attempt),
            "retryAt": .date(retryAt), "waitingFor": .word(waitingFor), "progress": progress?.json ?? .null,
            "error": error?.json ?? .null, "createdAt": .date(createdAt), "endedAt": .date(endedAt),
        ])
    }
}

extension Priority {
    fileprivate var name: String {
        switch self {
        case .tenant: "tenant"
        case .repair: "repair"
        case .filling: "filling"
        }
    }
}

extension Progress {
    fileprivate var json: JSONValue {
        .object(["done": .integer(done), "total": .integer(total), "step": .string(step)])
    }
}

extension WorkError {
    fileprivate var json: JSONValue {
        .object([
            "code": .word(code), "message": .string(message), "disposition": .word(disposition),
            "fingerprint": .string(fingerprint), "node": .optional(node), "log": .optional(log),
        ])
    }
}

extension Attempt {
    var json: JSONValue {
        .object([
            "number": .integer(number), "agent": .id(agent), "sentAt": .date(sentAt), "startedAt": .date(startedAt),
            "endedAt": .date(endedAt), "result": .word(result), "error": error?.json ?? .null,
        ])
    }
}
