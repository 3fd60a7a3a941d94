rootProject.name = "portico_flutter"
