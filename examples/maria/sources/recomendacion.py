"""Writes the letter of recommendation, `knowledge/recomendacion-olmeda.docx`, with the standard library alone.

A DOCX file is a zip of XML parts. The parts here are the few that word processors ask for, and every date is fixed, so
that the same text always gives the same file.
"""

from pathlib import Path
from xml.sax.saxutils import escape
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"

# Style and text of each paragraph.
LETTER = [
    ("Title", "Carta de recomendación para María Ansorena Vidal"),
    ("Normal", "Zaragoza, 12 de mayo de 2025"),
    (
        "Normal",
        "María Ansorena Vidal trabajó para Olmeda Abogados entre octubre de 2024 y abril de 2025. En ese tiempo diseñó, "
        "construyó y puso en marcha Legajo, el sistema con el que nuestro despacho consulta sus 62.000 documentos.",
    ),
    ("Heading1", "Qué hizo María para Olmeda Abogados"),
    (
        "Normal",
        "María empezó por sentarse dos semanas con cuatro de nuestras abogadas. De aquellas tardes salieron 420 preguntas "
        "con su respuesta y su párrafo exacto, y con ellas se midió cada cambio posterior.",
    ),
    (
        "Normal",
        "La precisión de las respuestas de Legajo pasó de 0,60 a 0,84, es decir, mejoró un 40 %. Nos importó todavía más "
        "que Legajo diga «no consta» cuando nuestros documentos no responden.",
    ),
    ("Heading1", "Cómo es trabajar con María"),
    (
        "Normal",
        "María explica sin jerga, avisa de los problemas antes de que lo sean y deja todo por escrito. Cada viernes "
        "recibíamos una hoja con lo que había mejorado, lo que había costado y lo que seguía fallando.",
    ),
    (
        "Normal",
        "María cumplió los plazos de las cinco entregas previstas y formó a nuestro equipo para que pudiera ampliar el "
        "sistema sin ella.",
    ),
    ("Heading1", "Recomendación de María"),
    (
        "Normal",
        "Recomendamos a María sin reservas para cualquier proyecto en el que una respuesta equivocada tenga "
        "consecuencias.",
    ),
    ("Normal", "Inés Olmeda Carrascal, socia de Olmeda Abogados"),
]


def paragraph(style: str, text: str) -> str:
    """One paragraph of the document part."""
    return (
        f'<w:p><w:pPr><w:pStyle w:val="{style}"/></w:pPr>'
        f'<w:r><w:t xml:space="preserve">{escape(text)}</w:t></w:r></w:p>'
    )


def style(identifier: str, name: str, half_points: int, outline: str = "") -> str:
    """One paragraph style; `outline` is the heading's level, from 0."""
    level = f'<w:outlineLvl w:val="{outline}"/>' if outline else ""
    return (
        f'<w:style w:type="paragraph" w:styleId="{identifier}"><w:name w:val="{name}"/>'
        f'<w:pPr><w:spacing w:after="160"/>{level}</w:pPr><w:rPr><w:sz w:val="{half_points}"/></w:rPr></w:style>'
    )


def parts() -> dict[str, str]:
    """The XML parts of the file by their path."""
    paragraphs = "".join(paragraph(name, text) for name, text in LETTER)
    styles = style("Normal", "Normal", 22) + style("Title", "Title", 36) + style("Heading1", "heading 1", 28, "0")
    overrides = {
        "word/document.xml": "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml",
        "word/styles.xml": "application/vnd.openxmlformats-officedocument.wordprocessingml.styles+xml",
        "docProps/core.xml": "application/vnd.openxmlformats-package.core-properties+xml",
    }
    return {
        "[Content_Types].xml": (
            f'<Types xmlns="{PACKAGE}/content-types">'
            '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            + "".join(f'<Override PartName="/{path}" ContentType="{kind}"/>' for path, kind in overrides.items())
            + "</Types>"
        ),
        "_rels/.rels": (
            f'<Relationships xmlns="{PACKAGE}/relationships">'
            f'<Relationship Id="rId1" Type="{OFFICE}/officeDocument" Target="word/document.xml"/>'
            f'<Relationship Id="rId2" Type="{PACKAGE}/relationships/metadata/core-properties" Target="docProps/core.xml"/>'
            "</Relationships>"
        ),
        "word/_rels/document.xml.rels": (
            f'<Relationships xmlns="{PACKAGE}/relationships">'
            f'<Relationship Id="rId1" Type="{OFFICE}/styles" Target="styles.xml"/></Relationships>'
        ),
        "word/document.xml": f'<w:document xmlns:w="{WORD}"><w:body>{paragraphs}<w:sectPr/></w:body></w:document>',
        "word/styles.xml": f'<w:styles xmlns:w="{WORD}">{styles}</w:styles>',
        "docProps/core.xml": (
            f'<cp:coreProperties xmlns:cp="{PACKAGE}/metadata/core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/">'
            "<dc:title>Carta de recomendación de Olmeda Abogados</dc:title>"
            "<dc:creator>Inés Olmeda Carrascal</dc:creator><dc:language>es</dc:language></cp:coreProperties>"
        ),
    }


def main() -> None:
    """Writes the letter beside the other documents."""
    path = Path(__file__).parent.parent / "knowledge" / "recomendacion-olmeda.docx"
    with ZipFile(path, "w", ZIP_DEFLATED) as archive:
        for name, text in parts().items():
            entry = ZipInfo(name, date_time=(2025, 5, 12, 9, 0, 0))
            entry.compress_type = ZIP_DEFLATED
            archive.writestr(entry, '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n' + text)


if __name__ == "__main__":
    main()
