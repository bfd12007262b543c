import FoundationEssentials
import Ledger
import Model

extension Hold {
    var json: JSONValue {
        .object([
            "id": .id(id), "host": .id(host), "at": .date(at), "ledgerSequence": .integer(ledgerSequence),
            "hostSequence": .integer(hostSequence),
            "chains": .array(
                chains.sorted { $0.key.description < $1.key.description }.map { id, seen in
                    .object([
                        "id": .id(id), "sequence": .integer(seen.sequence), "generation": .integer(seen.generation),
                        "incarnation": .integer(seen.incarnation),
                    ])
                }),
            "liftedAt": .date(liftedAt),
        ])
    }
}

extension Orphan {
    var json: JSONValue {
        .object([
            "host": .id(host), "chain": .id(chain), "sequence": .integer(sequence),
            "objects": .array(objects.map { .object(["kind": .word($0.kind), "id": .string($0.id)]) }),
            "firstSeenAt": .date(firstSeenAt), "lastSeenAt": .date(lastSeenAt),
            "removableAt": .date(firstSeenAt.addingTimeInterval(Ledger.orphanGrace / .seconds(1))),
        ])
    }
}
