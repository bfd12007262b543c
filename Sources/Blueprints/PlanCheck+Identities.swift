import Model

extension PlanCheck {
    func checkIdentities() {
        let days = Dictionary(plan.authorities.map { ($0.name, $0.days) }) { one, _ in one }
        for (number, certificate) in plan.certificates.numbered() where !certificate.authority.isEmpty {
            if let longest = days[certificate.authority] {
                guard certificate.days > longest else { continue }
                note(
                    ["certificates", number, "days"], String(certificate.days),
                    "must be at most \(longest), the authority's days")
            } else if days[""] == nil {
                note(["certificates", number, "authority"], certificate.authority, "is no authority of the plan")
            }
        }
    }
}
