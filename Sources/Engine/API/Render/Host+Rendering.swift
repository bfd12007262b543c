import Crypto
import Model

extension Host {
    /// What its operators say about it, and may change.
    var configuration: JSONValue {
        .object([
            "site": .string(site), "driver": .word(target.driver), "endpoint": .string(target.endpoint),
            "address": .string(target.address), "insecure": .bool(target.insecure), "capacity": .integer(capacity),
            "parallel": .integer(parallel), "schedulable": .bool(schedulable), "autofill": .bool(autofill),
            "autofillWith": prefers?.reference ?? .null,
            "portRange": .object(["first": .integer(ports.lowerBound), "last": .integer(ports.upperBound)]),
            "network": .string(network), "logging": target.settings.logging,
            "ephemeralVolumes": .bool(target.settings.ephemeralVolumes), "storageClass": .optional(target.settings.storageClass),
            "credentials": target.sealedCredentials.map { sealed in
                .object(["fingerprint": .string(fingerprint(of: sealed)), "sealedTo": .optional(sealedTo)])
            } ?? .null,
        ])
    }

    /// - Parameters:
    ///   - chains: how many it holds.
    ///   - unattended: whether no live agent of its driver and site is there.
    func json(chains: Int, unattended: Bool) -> JSONValue {
        configuration.with([
            "id": .id(id), "name": .string(name), "status": .word(status), "reason": .optional(reason),
            "unattended": .bool(unattended), "needsCredentials": .bool(needsCredentials), "facts": facts?.json ?? .null,
            "chains": .integer(chains), "createdAt": .date(createdAt),
        ])
    }
}

extension HostFacts {
    fileprivate var json: JSONValue {
        .object([
            "version": .string(version), "apiVersion": .string(apiVersion), "operatingSystem": .string(operatingSystem),
            "architecture": .string(architecture), "cpus": .integer(cpus), "memoryBytes": .integer(memoryBytes),
        ])
    }
}

extension Recipe {
    /// Without its plan.
    var reference: JSONValue {
        .object(["blueprint": .string(plan.blueprint.name), "parameters": parameters])
    }
}

extension HostSettings {
    fileprivate var logging: JSONValue {
        guard logDriver != nil || !logOptions.isEmpty else { return .null }
        return .object(["driver": .optional(logDriver), "options": .object(logOptions.mapValues(JSONValue.string))])
    }
}

/// Tells one deposit of credentials from another, and nothing of what is in them: it is of their sealed form, which is another
/// one each time.
private func fingerprint(of sealed: String) -> String {
    "sha256:" + SHA256.hash(data: Array(sealed.utf8)).prefix(16).hexadecimal
}
