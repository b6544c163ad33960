# An object list.
[System.IO.File]::WriteAllLines("$folder/list.csv", [string[]] @('Key,Size', 'raw/2024/1.jpg,9', 'raw/2024/2.jpg,9'))
