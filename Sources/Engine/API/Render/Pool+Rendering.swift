import Blueprints
import Model

extension Model.Pool {
    /// What its operators say about it, and may change.
    var configuration: JSONValue {
        .object([
            "name": .string(name), "blueprint": .string(plan.blueprint.name), "parameters": parameters, "warm": warm.json,
        ])
    }

    var json: JSONValue {
        configuration.with([
            "id": .id(id), "paused": .bool(isPaused), "pauseReason": .optional(pauseReason), "createdAt": .date(createdAt),
        ])
    }
}

extension Warm {
    fileprivate var json: JSONValue {
        switch self {
        case .full: .string("full")
        case .chains(let count): .integer(count)
        }
    }
}

extension Blueprint {
    var json: JSONValue {
        .object([
            "name": .string(name), "version": .integer(reference.version), "title": .string(title),
            "description": .string(description), "parameters": .array(parameters.map(\.json)),
        ])
    }
}

extension BlueprintParameter {
    fileprivate var json: JSONValue {
        .object([
            "name": .string(name), "type": .word(type), "minimum": .optional(minimum), "maximum": .optional(maximum),
            "pattern": pattern.map { .string($0) } ?? .null, "choices": choices.map { .array($0) } ?? .null,
            "default": `default` ?? .null, "description": .string(description),
        ])
    }
}
