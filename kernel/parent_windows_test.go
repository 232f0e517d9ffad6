package kernel

func playRole() {}
